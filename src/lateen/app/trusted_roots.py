"""Whose certificates the control plane believes, and has others believe: of its own authority and of the settings."""

import logging
from collections.abc import Callable, Mapping

from lateen.base.errors import LateenError
from lateen.base.refs import Key
from lateen.identity.trust import TrustBundle
from lateen.registry.mesh import Mesh

_log = logging.getLogger(__name__)


class TrustedRoots:
    """The authority's bundle joined with the roots of mesh config's `caCertificates`."""

    def __init__(self, own: Callable[[], TrustBundle]) -> None:
        """`own` is the authority's bundle now."""
        self._own = own
        self._more: TrustBundle | None = None
        self._joined: tuple[TrustBundle, TrustBundle, TrustBundle] | None = None

    def current(self) -> TrustBundle:
        """Return all that is trusted now; the same object until it changes. Any thread may ask."""
        own, more, joined = self._own(), self._more, self._joined
        if more is None:
            return own
        if joined is None or joined[0] is not own or joined[1] is not more:
            joined = self._joined = (own, more, own | more)
        return joined[2]

    def settings_changed(self, changes: Mapping[Key, Mesh | None]) -> None:
        """Take the roots of new settings; those that cannot be read are told of, and the former stay."""
        for settings in changes.values():
            try:
                self._more = TrustBundle.parse(settings.roots.encode()) if settings and settings.roots else None
            except LateenError as error:
                _log.error("caCertificates of the mesh's settings: the former roots stay in force: %s", error)
