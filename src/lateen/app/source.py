"""Fill the store from a Kubernetes API: every kind that the server has, of the namespaces that are the mesh's."""

import asyncio
import logging
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from lateen.app.allocator import KIND, Allocator
from lateen.app.gateway_statuses import GatewayStatuses
from lateen.app.pipeline import Pipeline
from lateen.app.reports import GROUPS, Reports
from lateen.base.clock import Clock
from lateen.base.errors import Invalid
from lateen.base.refs import Key
from lateen.base.tasks import cancel, spawn
from lateen.kinds.all import KINDS, by_kind
from lateen.kinds.gateway_api.names import EXPERIMENTAL, GROUP
from lateen.registry.mesh import Mesh
from lateen.sources.client import Client
from lateen.sources.definitions import follow_definitions
from lateen.sources.informer import Delete, Event, Put, Reached, Synced, Told, follow
from lateen.sources.reading import authorities_only, for_mesh
from lateen.sources.served import Catalog
from lateen.store.membership import Given, Membership

_log = logging.getLogger(__name__)

CORE = (
    *("Namespace", "Node", "Service", "EndpointSlice", "Pod", "Secret", "ConfigMap", "ServiceAccount"),
    *("Ingress", "IngressClass"),
)

# The kinds that are followed: those of Kubernetes that the mesh reads, all of Istio's, and the Gateway API's.
WATCHED = (*CORE, *(spec.name for spec in KINDS if spec.group in (*GROUPS, GROUP, EXPERIMENTAL)))

ALLOCATED = KIND.kind

# Releases of package managers and tokens of service accounts are no business of a mesh: they are not even asked for.
SECRETS = "type!=helm.sh/release.v1,type!=kubernetes.io/service-account-token"


class Writers(NamedTuple):
    """Who writes statuses, each a part of them."""

    reports: Reports
    allocator: Allocator
    gateways: GatewayStatuses


class Source:
    """Follows the API until cancelled. `seen`: the newest version that was taken in, by kind."""

    def __init__(
        self, client: Client, pipeline: Pipeline, writers: Writers, poke: Callable[[], None], clock: Clock
    ) -> None:
        """`poke` is called after every change of the store; `writers` hear of what they write statuses of."""
        self._client, self._store = client, pipeline.store
        self._reports, self._allocator, self._gateways = writers
        self._poke, self._clock = poke, clock
        self._unsynced = set(WATCHED)
        self.seen: dict[str, int] = {}
        self.synced = asyncio.Event()
        self.catalog = Catalog(client, map(by_kind, WATCHED), clock)
        self._settings = pipeline.plans.registry.default
        self.membership = Membership(pipeline.store, self._settings.root_namespace)
        pipeline.plans.registry.mesh.subscribe(self._settings_changed)

    def missing(self) -> str:
        """Say what a ready control plane still lacks; "" when it is ready."""
        return f"not read yet: {', '.join(sorted(self._unsynced))}" if self._unsynced else ""

    def kinds(self) -> dict[str, str]:
        """The version that each kind is read in; "" for those that the server does not serve."""
        return {kind: self.catalog.versions.get(by_kind(kind), "") for kind in WATCHED}

    async def run(self) -> None:
        """Follow every kind while it is served."""
        tasks = [spawn(self._follow(kind), name=f"follow {kind}") for kind in WATCHED]
        tasks.append(spawn(self.catalog.run(), name="catalog"))
        tasks.append(spawn(follow_definitions(self._client, self.catalog, self._clock), name="definitions"))
        try:
            await asyncio.gather(*tasks)
        finally:
            await cancel(*tasks)

    async def _follow(self, kind: str) -> None:
        await follow(
            self._client,
            by_kind(kind),
            lambda event: self._take(kind, event),
            field_selector=SECRETS if kind == "Secret" else "",
            read=authorities_only(self._settings.config_map.namespace) if kind == "ConfigMap" else for_mesh,
            serving=self.catalog,
            clock=self._clock,
        )

    def _take(self, kind: str, event: Event) -> None:
        match event:
            case Put(key, found, version):
                self._put(kind, key, found)
                self._saw(kind, version)
            case Delete(key):
                self.membership.delete(kind, key)
                self._reports.forget(kind, key)
                self._gateways.forget(kind, key)
                if kind == ALLOCATED:
                    self._allocator.forget(key)
            case Told(key, status):
                self._reports.saw(kind, key, status)
                if by_kind(kind).group == GROUP:
                    self._gateways.saw(kind, key, status)
                if kind != ALLOCATED:
                    return None
                self._allocator.saw(key, status)
            case Reached(version):
                return self._saw(kind, version)
            case Synced():
                self._unsynced.discard(kind)
                if kind == ALLOCATED:
                    self._allocator.begin()
                if not self._unsynced:
                    self._gateways.begin()
                    self.synced.set()
        return self._poke()

    def _put(self, kind: str, key: Key, found: Given) -> None:
        try:
            self.membership.put(kind, key, found)
        except Invalid as error:
            _log.warning("%s", error)
        if isinstance(found, dict) and self.membership.holds(key.namespace):
            self._reports.heard(kind, found)

    def _saw(self, kind: str, version: str) -> None:
        self.seen[kind] = max(self.seen.get(kind, 0), int(version or 0))

    def _settings_changed(self, changes: Mapping[Key, Mesh | None]) -> None:
        settings: Any = next(iter(changes.values())) or self._settings
        self.membership.select(settings.discovery, settings.root_namespace)
