"""Which patches hit a piece of a plan: a cluster, a listener, a route table; and what patches add beside."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec
from msgspec import Struct

from lateen.plan.listener import HttpProxy, Listener
from lateen.plan.patch import Addition, ClusterPlace, ListenerPlace, Patch, Patches, TablePlace
from lateen.plan.route import RouteConfig
from lateen.plan.upstream import Upstream
from lateen.planner import names
from lateen.planner.envoy_filter import Candidate, Context
from lateen.planner.envoy_filters import EnvoyFilters
from lateen.planner.gateway_routes import BoundServer
from lateen.planner.gateways import ServerKey
from lateen.planner.scope import ByName, Scope
from lateen.reactive import Collection, Demand, Engine, Index, Read

ROUTE_TARGETS = ("ROUTE_CONFIGURATION", "VIRTUAL_HOST", "HTTP_ROUTE")
_LISTENER_TARGETS = ("LISTENER", "FILTER_CHAIN", "NETWORK_FILTER", "HTTP_FILTER", "LISTENER_FILTER")
_ADDED = ("CLUSTER", "LISTENER", "EXTENSION_CONFIG")


class ScopePatches(Struct, frozen=True):
    """All patches for the proxies of a scope, in order, by what they change."""

    clusters: tuple[Candidate, ...] = ()
    listeners: tuple[Candidate, ...] = ()
    tables: tuple[Candidate, ...] = ()
    additions: tuple[Addition, ...] = ()


@dataclass(frozen=True)
class PatchPlans:
    """`scopes`: of the wanted scopes, those that patches hit. `servers`: a gateway's, by scope and port."""

    scopes: Demand[Scope, ScopePatches]
    servers: Index[tuple[Scope, int], ServerKey, BoundServer]

    def of_piece(self, read: Read, scope: Scope, plan: object) -> Patches:
        """Return the patches that hit any piece of a plan."""
        match plan:
            case Upstream():
                return self.of_upstream(read, scope, plan)
            case Listener():
                return self.of_listener(read, scope, plan)
            case RouteConfig():
                return self.of_table(read, scope, plan)
        return ()

    def of_upstream(self, read: Read, scope: Scope, plan: Upstream) -> Patches:
        """Return the patches that hit an upstream of a scope."""
        found = read.get(self.scopes, scope)
        if found is None or not found.clusters:
            return ()
        services = (plan.host,) if plan.host else ()
        inward = plan.name.startswith("inbound|") or plan.name == names.INBOUND_PASSTHROUGH
        return tuple(
            one.patch
            for one in _within(found.clusters, _context(scope, inward=inward))
            if not isinstance(one.patch.place, ClusterPlace) or one.patch.place.takes(plan.name, services)
        )

    def of_listener(self, read: Read, scope: Scope, plan: Listener) -> Patches:
        """Return the patches that hit a listener of a scope, or something in it."""
        found = read.get(self.scopes, scope)
        if found is None or not (found.listeners or found.tables):
            return ()
        context = _context(scope, inward=plan.direction == "INBOUND")
        ports = {plan.port, *self._numbers(read, scope, plan.port)}
        if plan.name == names.VIRTUAL_INBOUND:
            ports |= {chain.match.port for chain in plan.chains}
        own = (one.patch for one in _within(found.listeners, context) if _means(one.patch, plan.name, ports))
        inline = {
            chain.proxy.routes.name
            for chain in plan.chains
            if isinstance(chain.proxy, HttpProxy) and chain.proxy.routes
        }
        tables = (one.patch for one in _within(found.tables, context) if _means_any(one.patch, inline))
        return (*own, *tables)

    def of_table(self, read: Read, scope: Scope, plan: RouteConfig) -> Patches:
        """Return the patches that hit a route table of a scope, or something in it."""
        found = read.get(self.scopes, scope)
        if found is None or not found.tables:
            return ()
        port = plan.name.removeprefix("http.")
        numbers = self._numbers(read, scope, int(port)) if plan.name != port and port.isdigit() else ()
        return tuple(
            one.patch
            for one in _within(found.tables, _context(scope, inward=False))
            if not isinstance(one.patch.place, TablePlace) or one.patch.place.takes(plan.name, numbers)
        )

    def _numbers(self, read: Read, scope: Scope, port: int) -> tuple[int, ...]:
        """The ports by which Gateways name what a gateway's proxies listen for at a port."""
        if scope.kind != "gateway":
            return ()
        return tuple(sorted({bound.server.number for bound in read.find(self.servers, (scope, port)).values()}))


def build_patches(
    engine: Engine, filters: EnvoyFilters, servers: Index[tuple[Scope, int], ServerKey, BoundServer]
) -> PatchPlans:
    """Build the collection; it stays empty until somebody wants a scope."""

    def plan(read: Read, scope: Scope) -> ScopePatches | None:
        found = list(filters.of_scope(read, scope))
        changing = [one for one in found if not _is_addition(one.patch)]
        return (
            ScopePatches(
                clusters=tuple(one for one in changing if one.patch.target == "CLUSTER"),
                listeners=tuple(one for one in changing if one.patch.target in _LISTENER_TARGETS),
                tables=tuple(one for one in changing if one.patch.target in ROUTE_TARGETS),
                additions=tuple(_additions(one.patch for one in found)),
            )
            if found
            else None
        )

    return PatchPlans(engine.demand("patches", plan), servers)


def build_additions(
    engine: Engine, patches: PatchPlans, planned: Mapping[str, Collection[ByName, Any]]
) -> Mapping[str, Collection[ByName, Addition]]:
    """Build the collections of what patches add, by what it is. What is `planned` under a name stays."""

    def adder(target: str) -> Callable[[Read, Scope, ScopePatches], Iterator[tuple[ByName, Addition]]]:
        def add(read: Read, scope: Scope, found: ScopePatches) -> Iterator[tuple[ByName, Addition]]:
            for one in found.additions:
                key = (scope, one.name)
                if one.target == target and (target not in planned or read.get(planned[target], key) is None):
                    yield key, one

        return add

    return {target: engine.flat_map(f"additions {target}", patches.scopes, adder(target)) for target in _ADDED}


def _context(scope: Scope, *, inward: bool) -> Context:
    if scope.kind == "gateway":
        return "GATEWAY"
    return "SIDECAR_INBOUND" if inward else "SIDECAR_OUTBOUND"


def _within(candidates: Iterable[Candidate], context: Context) -> Iterator[Candidate]:
    return (one for one in candidates if one.applies(context))


def _means(patch: Patch, name: str, ports: set[int]) -> bool:
    return not isinstance(patch.place, ListenerPlace) or patch.place.takes(name, ports)


def _means_any(patch: Patch, tables: set[str]) -> bool:
    return any(not isinstance(patch.place, TablePlace) or patch.place.takes(name) for name in tables)


def _is_addition(patch: Patch) -> bool:
    return patch.operation == "ADD" and patch.target in _ADDED


def _additions(patches: Iterable[Patch]) -> Iterator[Addition]:
    """Yield what is added, of each name the first."""
    seen: set[tuple[str, str]] = set()
    for patch in patches:
        if patch.operation != "ADD" or not (
            patch.target == "LISTENER" or patch.target == "CLUSTER" or patch.target == "EXTENSION_CONFIG"
        ):
            continue
        name = msgspec.json.decode(patch.value).get("name") if patch.value else None
        if isinstance(name, str) and name and (patch.target, name) not in seen:
            seen.add((patch.target, name))
            yield Addition(name=name, target=patch.target, value=patch.value, origin=patch.origin)
