"""Whose certificates the control plane believes, and has others believe: of its own authority and of the settings."""

import logging
from collections.abc import Callable, Mapping

from lateen.base.errors import LateenError
from lateen.base.refs import Key
from lateen.identity.trust import TrustBundle
from lateen.proto.trusted_roots import ROOTS, SIGNER, TYPE, roots_resource, signer_resource
from lateen.registry.mesh import Mesh
from lateen.xds.session import Session
from lateen.xds.view import View

_log = logging.getLogger(__name__)


class TrustedRoots:
    """The authority's bundle joined with the roots of mesh config's `caCertificates`."""

    def __init__(self, own: Callable[[], TrustBundle], signer: Callable[[], str] = lambda: "") -> None:
        """`own` is the authority's bundle now, `signer` names its key ("" where another signs in its place)."""
        self._own, self._signer = own, signer
        self.view = View()
        """What agents are told, as of the last `publish`."""
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

    def publish(self) -> None:
        """Tell every agent what is trusted and who signs now, if that has changed."""
        trust, signer = self.current(), self._signer()
        told = {ROOTS: roots_resource(trust.pem, trust.revoked.pem)}
        self.view.commit(told | ({SIGNER: signer_resource(signer)} if signer else {}))

    def settings_changed(self, changes: Mapping[Key, Mesh | None]) -> None:
        """Take the roots of new settings; those that cannot be read are told of, and the former stay."""
        for settings in changes.values():
            try:
                self._more = TrustBundle.parse(settings.roots.encode()) if settings and settings.roots else None
            except LateenError as error:
                _log.error("caCertificates of the mesh's settings: the former roots stay in force: %s", error)
        self.publish()


def _nobody() -> None:
    """Wake nobody."""


class RootListener:
    """An agent's stream that asks for trusted roots and nothing else: it wants no plans computed.

    `late`: its proxies do not have yet what follows from what it was told.
    """

    def __init__(self, view: View) -> None:
        self._view = view
        self._wake: Callable[[], None] = _nobody
        self.session = Session(lambda type_url: (view,) if type_url == TYPE else ())

    def watch(self, wake: Callable[[], None]) -> None:
        """Call `wake` whenever the roots change, until `close`."""
        self._wake = wake
        self._view.watchers.add(wake)

    @property
    def late(self) -> bool:
        return not self.session.answered() or any(True for _ in self.session.refusals())

    def close(self) -> None:
        """Stop calling."""
        self._view.watchers.discard(self._wake)
