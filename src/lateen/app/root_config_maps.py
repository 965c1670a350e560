"""Keep the mesh's roots in each namespace, as ConfigMap `istio-ca-root-cert`: agents know the control plane by them.

The leader writes; what others change or delete comes back.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping
from typing import Any

import aiohttp

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
PAUSE = 2.0
"""Seconds until what failed is tried again."""
LOOK = 1.0
"""Seconds between two looks at whether the roots are others."""

_NAMESPACE, _CONFIG_MAP = by_kind("Namespace"), by_kind("ConfigMap")
_log = logging.getLogger(__name__)


class RootConfigMaps:
    """`run` lasts until it is cancelled."""

    def __init__(self, client: Client, roots: Callable[[], bytes], elector: Elector, clock: Clock) -> None:
        """`roots`: those that the mesh trusts now, PEM."""
        self._client, self._roots, self._elector, self._clock = client, roots, elector, clock
        self._namespaces: set[str] = set()
        self._held: dict[str, bytes] = {}
        self._news = asyncio.Event()

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
            spawn(self._look(), name="roots: changes"),
        ]
        try:
            await self._write()
        finally:
            await cancel(*tasks)

    def wanting(self) -> list[str]:
        """The namespaces that do not hold the roots of now."""
        roots = self._roots()
        return sorted(name for name in self._namespaces if self._held.get(name) != roots)

    async def _look(self) -> None:
        """Roots are no object of the API: they are asked for."""
        before = b""
        while True:
            if (now := self._roots()) != before:
                before = now
                self._news.set()
            await self._clock.sleep(LOOK)

    async def _write(self) -> None:
        while True:
            await self._news.wait()
            await self._elector.won()
            self._news.clear()
            if not all([await self._put(name) for name in self.wanting()]):
                await self._clock.sleep(PAUSE)
                self._news.set()

    async def _put(self, namespace: str) -> bool:
        """Write one; False if that is to be tried again."""
        roots = self._roots()
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
                self._news.set()
            case Delete(key):
                self._namespaces.discard(key.name)
                self._held.pop(key.name, None)

    def _config_map(self, event: Event) -> None:
        match event:
            case Put(Key(namespace, _), found, _):
                self._held[namespace] = pem_of(found)
                self._news.set()
            case Delete(Key(namespace, _)):
                self._held.pop(namespace, None)
                self._news.set()


def pem_of(config_map: Mapping[str, Any]) -> bytes:
    """Return the roots that a ConfigMap holds, PEM."""
    return str((config_map.get("data") or {}).get(FIELD, "")).encode()
