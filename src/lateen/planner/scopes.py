"""Which scopes a proxy belongs to: told by what rules read of its workload, and by nothing else.

So replicas share all their plans, and a scope's plan changes in place when rules change; a proxy moves to
another scope only when its labels do, or when rules begin to tell labels apart that none did before.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeVar

from lateen.base.refs import Key
from lateen.planner.destination_rule import Rule
from lateen.planner.envoy_filters import EnvoyFilters
from lateen.planner.extension import ExtensionRules
from lateen.planner.extensions import Extensions
from lateen.planner.gateway import GatewayRules
from lateen.planner.locality import LOCALITY, labels_read, near
from lateen.planner.rules import Rules
from lateen.planner.scope import COMMON, Scope, Traits
from lateen.planner.sidecars import Sidecars
from lateen.planner.traffic import Traffic, conditions
from lateen.reactive import Collection, Engine, Index, Read
from lateen.reactive.gather import group
from lateen.registry.place import place_labels
from lateen.registry.registry import Registry
from lateen.registry.service import Service
from lateen.registry.workload import Workload
from lateen.security.authorization_rules import AuthorizationSecurity
from lateen.security.peer_authentication import PeerPolicy
from lateen.security.request_rules import RequestSecurity
from lateen.security.rules import PeerSecurity

K = TypeVar("K")
V = TypeVar("V")

Scopes = tuple[Scope, ...]
# The names of labels that rules read (":http" for a container port by name), by namespace, "" for all.
Names = Collection[str, tuple[str, ...]]


@dataclass(frozen=True)
class Distinctions:
    """What tells proxies apart."""

    registry: Registry
    rules: Rules
    sidecars: Sidecars
    security: PeerSecurity
    authorization: AuthorizationSecurity
    requests: RequestSecurity
    filters: EnvoyFilters
    extensions: Extensions


def build_scopes(engine: Engine, by: Distinctions) -> Collection[Key, Scopes]:
    """Build the collection of every proxy's scopes, by pod."""
    registry, rules, sidecars, security, filters = by.registry, by.rules, by.sidecars, by.security, by.filters
    extensions = by.extensions
    selected = _names(engine, "labels services select by", registry.declared_in, _of_service)
    policed = _names(engine, "labels peer policies select by", security.policies_in, _of_policy)
    checked = _names(engine, "labels authorization selects by", by.authorization.labels_in, tuple)
    asked = _names(engine, "labels token policies select by", by.requests.labels_in, tuple)
    clients = engine.index("destinations for some clients", rules.destinations, _selecting)
    destined = _names(engine, "labels destinations select by", clients, lambda rule: rule.selector)
    sources = engine.index("traffic by source", rules.traffic, lambda key, one: [""] if _sources(one) else [])
    sourced = _names(engine, "labels traffic tells sources by", sources, _sources)
    placed = tuple((names, "") for names in _places(engine, registry, rules))
    extended = _names(engine, "labels extensions select by", extensions.selecting, _of_extension)
    everywhere = engine.index("all gateways", rules.gateways, lambda key, one: [""])
    gated = _names(engine, "labels gateways select by", everywhere, _of_gateway)

    def scopes(read: Read, key: Key, workload: Workload) -> Scopes | None:
        def named(*places: tuple[Names, str]) -> str:
            kept = {name for names, place in places for name in read.get(names, place) or ()}
            if places[-1:] == placed[-1:] and registry.settings(read).locality.distribute:
                kept.update(LOCALITY)
            served = any(names is selected for names, _ in places)
            traits = Traits.of(workload, written()) if served else Traits({}, workload.ports)
            place = place_labels(workload.locality, workload.network, workload.node)
            traits = traits._replace(labels={**place, **workload.labels})
            return traits.kept(kept).text()

        def written() -> str:
            at = (workload.namespace, workload.ip)
            return workload.ip if workload.ip and read.find(registry.written_at, at) else ""

        namespace = workload.namespace
        if not workload.injected:
            return None
        root = registry.settings(read).root_namespace
        added = ((extended, namespace), (extended, root))
        guarded = ((checked, namespace), (checked, root), (asked, namespace), (asked, root))
        if workload.gateway:
            served = ((selected, namespace), *guarded)
            name = named((gated, ""), *served, (sourced, ""), (destined, namespace), *added, *placed)
            patches = filters.chosen(read, workload, "gateway") or ""
            return (Scope("gateway", namespace, name, patches=patches),)
        sidecar = sidecars.chosen(read, workload)
        outward, inward, both = (filters.chosen(read, workload, kind) for kind in ("sidecar", "inbound", "common"))
        clients = named((sourced, ""), (destined, namespace), *added, *placed)
        servers = named((selected, namespace), (policed, namespace), *guarded, *added)
        return (
            COMMON if both is None else Scope("common", namespace, patches=both),
            Scope("sidecar", namespace, clients, sidecar, patches=outward or ""),
            Scope("inbound", namespace, servers, sidecar, patches=inward or ""),
        )

    return engine.map("scopes", registry.workloads, scopes)


def _places(engine: Engine, registry: Registry, rules: Rules) -> tuple[Names, Names]:
    """Collect the labels of places by which destination rules and services prefer some endpoints to others."""

    def of_rule(read: Read, key: Key, rule: Rule) -> tuple[str, ...] | None:
        return tuple(sorted(labels_read(rule.policies, registry.settings(read)))) or None

    read_by_rules = engine.map("places in destinations", rules.destinations, of_rule)
    by_rules = engine.index("all places in destinations", read_by_rules, lambda key, names: [""])
    by_services = engine.index("services near", registry.services, lambda key, one: [""] if one.distribution else [])
    return (
        _names(engine, "labels of places destinations read", by_rules, tuple),
        _names(engine, "labels of places services read", by_services, lambda one: near(one).labels),
    )


def _names(engine: Engine, name: str, index: Index[str, K, V], of: Callable[[V], Iterable[str]]) -> Names:
    def gather(read: Read, place: str, rows: Mapping[K, V]) -> tuple[str, ...]:
        return tuple(sorted({label for row in rows.values() for label in of(row)}))

    return group(engine, name, index, gather)


def _of_service(service: Service) -> Iterator[str]:
    yield from (name for name, _ in service.selector)
    if service.selector:
        yield from (f":{port.target}" for port in service.ports if isinstance(port.target, str))


def _of_policy(policy: PeerPolicy) -> Iterable[str]:
    return policy.selector


def _of_gateway(gateway: GatewayRules) -> Iterable[str]:
    return gateway.selector


def _of_extension(extension: ExtensionRules) -> Iterator[str]:
    return (label for selector in extension.selectors for label in selector)


def _selecting(key: Key, rule: Rule) -> list[str]:
    return [rule.namespace] if rule.selector else []


def _sources(traffic: Traffic) -> set[str]:
    """Return the labels by which rules for sidecars tell clients apart."""
    return {label for where in conditions(traffic) for label in where.labels}
