"""All plans of the mesh as incremental collections, computed for the scopes somebody wants."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from lateen.base.errors import Fault
from lateen.base.refs import Key
from lateen.plan.extension import Module
from lateen.plan.listener import Listener
from lateen.plan.name import Name
from lateen.plan.patch import Addition
from lateen.plan.route import RouteConfig
from lateen.plan.secret import Secret
from lateen.plan.upstream import LoadAssignment, Upstream
from lateen.planner.checks import check_listeners
from lateen.planner.client import Client
from lateen.planner.envoy_filters import EnvoyFilters, build_envoy_filters
from lateen.planner.everyone import Everyone, build_everyone
from lateen.planner.extensions import build_extensions, extend_listeners
from lateen.planner.gateway_api.api import GatewayApi
from lateen.planner.gateways import build_gateways
from lateen.planner.inbounds import Inbounds, build_inbounds
from lateen.planner.modules import Modules, build_modules, plan_modules
from lateen.planner.outbound import Outbound, build_outbound
from lateen.planner.patches import PatchPlans, build_additions, build_patches
from lateen.planner.remarks import build_remarks
from lateen.planner.rules import Rules, build_rules
from lateen.planner.scope import ByName, Scope
from lateen.planner.scopes import Distinctions, Scopes, build_scopes
from lateen.planner.secrets import build_secrets
from lateen.planner.sidecars import build_sidecars
from lateen.planner.tokens import check_tokens
from lateen.reactive import Collection, Demand, Engine
from lateen.reactive.gather import union
from lateen.registry.mesh import DEFAULT_MESH, Mesh
from lateen.registry.registry import Registry, build_registry
from lateen.registry.workload import Workload
from lateen.security.authorization_rules import build_authorization_security
from lateen.security.request_rules import RequestSecurity, build_request_security
from lateen.security.rules import PeerSecurity, build_peer_security
from lateen.store.store import Store


@dataclass(frozen=True)
class Plans:
    """What each wanted scope's proxies should do, by scope and name.

    `rules`: what users say of hosts, whoever obeys it. `names`: what the DNS proxies of captured clients know, by
    scope and host. `remarks`: what is noticed of VirtualServices among others. `gateway_api`: what the Gateway API's
    objects are to be told of. `scopes`: the scopes of every proxy, by pod; subscribe to it, for a proxy moves when its
    labels change. `patches`: what hits the rows of the others, `additions`: what exists by patches alone, by what it
    is. `module_store`: what modules there are to fetch, and where they are put then. `requests`: whose tokens count,
    and which keys of theirs are wanted. `peers`: who must prove who it is. `filters`: what users change of
    proxies. Wants and releases take effect when the engine settles.
    """

    registry: Registry
    rules: Rules
    upstreams: Collection[ByName, Upstream]
    assignments: Collection[ByName, LoadAssignment]
    listeners: Collection[ByName, Listener]
    routes: Collection[ByName, RouteConfig]
    names: Collection[ByName, Name]
    secrets: Collection[ByName, Secret]
    modules: Collection[ByName, Module]
    module_store: Modules
    patches: PatchPlans
    additions: Mapping[str, Collection[ByName, Addition]]
    scopes: Collection[Key, Scopes]
    remarks: Collection[Key, tuple[Fault, ...]]
    gateway_api: GatewayApi
    requests: RequestSecurity
    peers: PeerSecurity
    filters: EnvoyFilters
    _outbound: Outbound
    _inbounds: Inbounds
    _everyone: Everyone

    @property
    def workloads(self) -> Collection[Key, Workload]:
        """All pods, as the mesh sees them."""
        return self.registry.workloads

    def want(self, scope: Scope) -> None:
        """Ask for a scope's plans; each `want` is paired with one `release`."""
        for demand in self._demands(scope):
            demand.want(scope)

    def release(self, scope: Scope) -> None:
        """Give up one `want`; after the last, the scope's plans go. KeyError when it is not wanted."""
        for demand in self._demands(scope):
            demand.release(scope)

    def workload_at(self, namespace: str, pod_name: str) -> Workload | None:
        """Return the workload of a pod."""
        return self.registry.workloads.get(Key(namespace, pod_name))

    def scopes_of(self, workload: Workload) -> Scopes:
        """Return the scopes of a workload's proxy, () when it has none."""
        return self.scopes.get(workload.key) or ()

    @property
    def settings(self) -> Mesh:
        """The mesh's settings as things stand."""
        return self.registry.mesh.get(self.registry.default.config_map) or self.registry.default

    def client(self, scopes: Iterable[Scope]) -> Client | None:
        """Return who calls in the wanted scopes of a proxy, None where nobody does."""
        found = (self._outbound.clients.get(scope) for scope in scopes)
        return next((client for client in found if client), None)

    def _demands(self, scope: Scope) -> tuple[Demand[Scope, Any], ...]:
        match scope.kind:
            case "sidecar":
                return self._outbound.clients, self._outbound.sidecars, self.patches.scopes
            case "gateway":
                return self._outbound.clients, self._everyone.proxies, self.patches.scopes
            case "inbound":
                return self._inbounds.workloads, self.patches.scopes
            case "common":
                return self._everyone.proxies, self.patches.scopes


def build_plans(engine: Engine, store: Store, default: Mesh = DEFAULT_MESH) -> Plans:
    """Build everything from the store's objects to plans. `default`: the mesh's settings, unless they say more."""
    registry = build_registry(engine, store, default)
    security = build_peer_security(engine, store)
    authorization = build_authorization_security(engine, store, registry)
    requests = build_request_security(engine, store, registry)
    rules = build_rules(engine, store, registry)
    sidecars = build_sidecars(engine, store)
    filters = build_envoy_filters(engine, store, registry)
    outbound = build_outbound(engine, registry, rules, sidecars, security)
    gateways = build_gateways(engine, outbound.clients, registry, rules)
    inbounds = build_inbounds(engine, registry, sidecars, security)
    everyone = build_everyone(engine, registry)
    upstreams = union(engine, "planned upstreams", outbound.upstreams, inbounds.upstreams, everyone.upstreams)
    extensions = build_extensions(engine, store)
    accepting = union(engine, "planned listeners", outbound.listeners, gateways.listeners, inbounds.listeners)
    checked = check_listeners(engine, registry, authorization, check_tokens(engine, requests, accepting))
    listeners = extend_listeners(engine, registry, extensions, checked)
    module_store = build_modules(engine, store)
    modules = plan_modules(engine, module_store, listeners)
    patches = build_patches(engine, filters, gateways.servers_at)
    planned: Mapping[str, Collection[ByName, Any]] = {
        "CLUSTER": upstreams,
        "LISTENER": listeners,
        "EXTENSION_CONFIG": modules,
    }
    return Plans(
        registry=registry,
        rules=rules,
        upstreams=upstreams,
        assignments=outbound.assignments,
        listeners=listeners,
        routes=union(engine, "planned routes", outbound.routes, gateways.routes),
        names=outbound.names,
        secrets=build_secrets(engine, store, upstreams, listeners, rules.api.granted),
        modules=modules,
        module_store=module_store,
        patches=patches,
        additions=build_additions(engine, patches, planned),
        scopes=build_scopes(
            engine, Distinctions(registry, rules, sidecars, security, authorization, requests, filters, extensions)
        ),
        remarks=build_remarks(engine, rules),
        gateway_api=rules.api,
        requests=requests,
        peers=security,
        filters=filters,
        _outbound=outbound,
        _inbounds=inbounds,
        _everyone=everyone,
    )
