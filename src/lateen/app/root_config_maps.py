"""Keep the mesh's roots in each namespace, as ConfigMap `istio-ca-root-cert`: agents know the control plane by them.

The leader writes; what others change or delete comes back.
"""

import logging
from collections.abc import Mapping
from typing import Any

import aiohttp

from lateen.app.leading import LeaderWork
from lateen.app.trusted_roots import TrustedRoots
from lateen.base.clock import Clock
from lateen.base.errors import LateenError
from lateen.base.refs import Key
from lateen.base.tasks import cancel, spawn
from lateen.inject.decision import IGNORED_NAMESPACES
from lateen.kinds.all import by_kind
from lateen.sources.api_error import ApiError
from lateen.sources.client import Client
from lateen.sources.informer import Delete, Event, Put, follow
from lateen.sources.lease import Elector

NAME, FIELD = "istio-ca-root-cert", "root-cert.pem"
MANAGER = "lateen-roots"
_NAMESPACE, _CONFIG_MAP = by_kind("Namespace"), by_kind("ConfigMap")
_log = logging.getLogger(__name__)


class RootConfigMaps:
    """`run` lasts until it is cancelled."""

    def __init__(self, client: Client, roots: TrustedRoots, elector: Elector, clock: Clock) -> None:
        self._client, self._roots, self._clock = client, roots, clock
        self._work = LeaderWork(elector, clock)
        self._namespaces: set[str] = set()
        self._held: dict[str, bytes] = {}

    async def run(self) -> None:
        """Follow namespaces and ConfigMaps, and write what is missing whenever this process leads."""
        clock = self._clock
        tasks = [
            spawn(follow(self._client, _NAMESPACE, self._namespace, clock=clock), name="roots: namespaces"),
            spawn(
                follow(
                    self._client, _CONFIG_MAP, self._config_map, field_selector=f"metadata.name={NAME}", clock=clock
                ),
                name="roots: ConfigMaps",
            ),
        ]
        self._roots.view.watchers.add(self._work.wake)
        try:
            await self._work.run(self._write)
        finally:
            self._roots.view.watchers.discard(self._work.wake)
            await cancel(*tasks)

    def wanting(self) -> list[str]:
        """The namespaces that do not hold the roots of now."""
        roots = self._roots.current().pem
        return sorted(name for name in self._namespaces if self._held.get(name) != roots)

    async def _write(self) -> bool:
        return all([await self._put(name) for name in self.wanting()])

    async def _put(self, namespace: str) -> bool:
        """Write one; False if that is to be tried again."""
        roots = self._roots.current().pem
        meta = {"name": NAME, "namespace": namespace, "labels": {"istio.io/config": "true"}}
        raw = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": meta, "data": {FIELD: roots.decode()}}
        try:
            await self._client.apply(_CONFIG_MAP, raw, MANAGER, force=True)
        except ApiError as error:
            if error.code == 404 or "being terminated" in str(error):
                return True  # the namespace goes
            _log.warning("the roots are not in namespace %s (trying on): %s", namespace, error)
            return False
        except (LateenError, aiohttp.ClientError, OSError, TimeoutError) as error:
            _log.warning("the roots are not in namespace %s (trying on): %s", namespace, error or "no answer")
            return False
        self._held[namespace] = roots
        return True

    def _namespace(self, event: Event) -> None:
        match event:
            case Put(key, found, _) if key.name not in IGNORED_NAMESPACES:
                if "deletionTimestamp" in found["metadata"]:
                    self._namespaces.discard(key.name)
                else:
                    self._namespaces.add(key.name)
                self._work.wake()
            case Delete(key):
                self._namespaces.discard(key.name)
                self._held.pop(key.name, None)

    def _config_map(self, event: Event) -> None:
        match event:
            case Put(Key(namespace, _), found, _):
                self._held[namespace] = pem_of(found)
                self._work.wake()
            case Delete(Key(namespace, _)):
                self._held.pop(namespace, None)
                self._work.wake()


def pem_of(config_map: Mapping[str, Any]) -> bytes:
    """Return the roots that a ConfigMap holds, PEM."""
    return str((config_map.get("data") or {}).get(FIELD, "")).encode()
