"""Routing, destination and gateway rules as collections, with indexes by the host or gateway they are for."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TypeVar

from lateen.base.hosts import covers
from lateen.base.refs import Key
from lateen.kinds.object import Object
from lateen.plan.route_policy import HashKey
from lateen.planner.client import Client, finder
from lateen.planner.delegates import with_delegates
from lateen.planner.destination_rule import Rule, choose, rule
from lateen.planner.gateway import GatewayRules, gateway_rules
from lateen.planner.gateway_api.api import GatewayApi, build_gateway_api
from lateen.planner.ingresses import build_ingresses
from lateen.planner.merging import merged
from lateen.planner.ownership import owned_traffic
from lateen.planner.sidecar import Egress
from lateen.planner.site import MESH_GATEWAY, Carriage, Directory
from lateen.planner.traffic import Traffic, choose_traffic, targets
from lateen.planner.virtual_service import VirtualService, traffic, virtual_service
from lateen.reactive import Collection, Engine, Index, Read
from lateen.reactive.gather import group, union
from lateen.registry.registry import Registry
from lateen.registry.service import Service
from lateen.registry.visibility import sees
from lateen.store.store import Store

V = TypeVar("V")
_WILD = "*"


@dataclass(frozen=True)
class Rules:
    """`written`: VirtualServices as they are, delegates among them; `traffic`: with the rules of their delegates.
    `traffic_of`, `destinations_of`: all rules for each host of the registry, whoever sees them. `hashed`: the
    latter, of hosts where any of them asks for consistent hashing: routes depend on these alone. `carrying`: those
    where any says how bytes are carried, on which listeners depend.
    `traffic_for`: rules for sidecars by exact host, and all with a wildcard under "*"; `traffic_to`: by the hosts
    that they send to. `traffic_at`: by gateway. `by_address`: who sees routes of a namespace's services. `api`:
    what the Gateway API's objects say, whose gateways and rules are among the others."""

    written: Collection[Key, VirtualService]
    traffic: Collection[Key, Traffic]
    destinations: Collection[Key, Rule]
    gateways: Collection[Key, GatewayRules]
    traffic_of: Collection[str, tuple[Traffic, ...]]
    destinations_of: Collection[str, tuple[Rule, ...]]
    hashed: Collection[str, tuple[Rule, ...]]
    carrying: Collection[str, tuple[Rule, ...]]
    traffic_for: Index[str, Key, Traffic]
    traffic_to: Index[str, Key, Traffic]
    traffic_at: Index[str, Key, Traffic]
    by_address: Collection[str, frozenset[str]]
    api: GatewayApi

    def told_by_address(self, read: Read, service: Service, client: Client) -> bool:
        """Say whether a client tells the services of this one's namespace by their addresses, not by the host that
        requests ask for: a route is attached to one of them, for that client."""
        seen = read.get(self.by_address, service.namespace) if service.kubernetes else None
        return seen is not None and sees(tuple(seen), client.namespace)

    def obeyed(self, read: Read, host: str, client: Client, egress: Egress) -> Traffic | None:
        """Return the rules that a client's sidecars obey for a host of the registry on a listener."""
        found = read.get(self.traffic_of, host)
        return _obeyed(found, host, client, egress) if found else None

    def obeyed_unknown(self, read: Read, host: str, client: Client, egress: Egress) -> Traffic | None:
        """Return the rules that a client's sidecars obey for a host that need not be in the registry."""
        return _obeyed(_candidates(read, self.traffic_for, host), host, client, egress)

    def rivals(self, read: Read, host: str) -> Iterable[Traffic]:
        """Return all rules for sidecars that name a host (or, for a wildcard, any wildcard)."""
        return read.find(self.traffic_for, _WILD if host.startswith(_WILD) else host).values()

    def routed(self, read: Read, host: str, client: Client) -> Iterator[int]:
        """Yield the ports (0 = all) of a host to which rules send that a client's sidecars obey: so they know it,
        though their Sidecar does not name it."""
        for one in read.find(self.traffic_to, host).values():
            if sees(one.exports, client.namespace) and any(
                each.obeys(one.namespace, one.hosts) for each in client.egress
            ):
                yield from (to.port for to in targets(one) if to.host == host)

    def destination(self, read: Read, service: Service, client: Client) -> Rule | None:
        """Return the destination rule that a client obeys for a service."""
        found = read.get(self.destinations_of, service.host)
        return choose(found, service, client) if found else None

    def directory(self, read: Read, registry: Registry, client: Client) -> Directory:
        """Return what a client knows of others."""
        find = finder(read, registry, client.namespace)

        def hash_key(host: str, port: int, subset: str) -> HashKey | None:
            service = find(host)
            found = read.get(self.hashed, host) if service else None
            rule = choose(found, service, client) if service and found else None
            return rule.hash_key(port, subset) if rule else None

        def carriage(host: str, port: int, subset: str) -> Carriage | None:
            service = find(host)
            found = read.get(self.carrying, host) if service else None
            rule = choose(found, service, client) if service and found else None
            return rule.carriage(port, subset) if rule else None

        return Directory(find, hash_key, carriage)


def build_rules(engine: Engine, store: Store, registry: Registry) -> Rules:
    """Build the rules' collections over the store's."""
    settings = registry.settings

    def read_written(read: Read, key: Key, found: Object) -> VirtualService:
        return virtual_service(found, settings(read).virtual_service_exports)

    def read_destination(read: Read, key: Key, found: Object) -> Rule:
        return rule(found, settings(read).destination_rule_exports)

    written = engine.map("virtual services", store["VirtualService"], read_written)

    def delegated(read: Read, key: Key, found: VirtualService) -> Traffic | None:
        if not found.rules.hosts:
            return None
        return traffic(with_delegates(found, lambda name: read.get(written, name)))

    asked = build_ingresses(engine, store, registry)
    api = build_gateway_api(engine, store, registry)
    read = engine.map("rules of virtual services", written, delegated)
    said = union(engine, "traffic", read, asked.traffic, api.traffic)
    all_traffic = owned_traffic(engine, store, registry, said)
    destinations = engine.map("destinations", store["DestinationRule"], read_destination)
    traffic_for = engine.index("traffic for host", all_traffic, lambda key, one: _mesh_buckets(one))
    destinations_for = engine.index("destinations for host", destinations, lambda key, one: _buckets((one.host,)))

    def traffic_of(read: Read, host: str, _: object) -> tuple[Traffic, ...] | None:
        found = _candidates(read, traffic_for, host)
        return tuple(one for one in found if any(covers(pattern, host) for pattern in one.hosts)) or None

    def destinations_of(read: Read, host: str, _: object) -> tuple[Rule, ...] | None:
        found = _candidates(read, destinations_for, host)
        return tuple(one for one in found if covers(one.host, host)) or None

    all_destinations = engine.map("destinations of host", registry.hosts, destinations_of)

    def hashed(read: Read, host: str, found: tuple[Rule, ...]) -> tuple[Rule, ...] | None:
        return found if any(one.hashes for one in found) else None

    def carrying(read: Read, host: str, found: tuple[Rule, ...]) -> tuple[Rule, ...] | None:
        return found if any(one.carries for one in found) else None

    services = engine.index("traffic of services in namespace", api.traffic, lambda key, one: _services(one))
    by_address = group(engine, "namespaces of routed services", services, lambda read, key, rows: _seen(rows.values()))
    return Rules(
        written=written,
        traffic=all_traffic,
        destinations=destinations,
        gateways=union(
            engine,
            "gateways",
            engine.map("written gateways", store["Gateway"], lambda read, key, found: gateway_rules(found)),
            asked.gateways,
            api.rules,
        ),
        traffic_of=engine.map("traffic of host", registry.hosts, traffic_of),
        destinations_of=all_destinations,
        carrying=engine.map("carriage to host", all_destinations, carrying),
        hashed=engine.map("hashed destinations of host", all_destinations, hashed),
        traffic_for=traffic_for,
        traffic_to=engine.index("traffic to host", all_traffic, lambda key, one: _targets(one)),
        traffic_at=engine.index("traffic at gateway", all_traffic, lambda key, one: _gateways(one)),
        by_address=by_address,
        api=api,
    )


def _obeyed(rules: Iterable[Traffic], host: str, client: Client, egress: Egress) -> Traffic | None:
    found = choose_traffic(rules, host, client.namespace, egress)
    return merged(found) if found else None


def _buckets(hosts: Iterable[str]) -> Iterator[str]:
    return (_WILD if host.startswith("*") else host for host in hosts)


def _mesh_buckets(one: Traffic) -> Iterable[str]:
    return _buckets(one.hosts) if MESH_GATEWAY in one.gateways else ()


def _targets(one: Traffic) -> Iterable[str]:
    return {to.host for to in targets(one)} if MESH_GATEWAY in one.gateways else ()


def _services(one: Traffic) -> Iterator[str]:
    """Yield the namespaces of the services that a rule is for."""
    for host in one.hosts if one.by_address else ():
        _, namespace, *rest = (*host.split("."), "", "")
        if rest[:1] == ["svc"]:
            yield namespace


def _seen(rules: Iterable[Traffic]) -> frozenset[str]:
    return frozenset(namespace for one in rules for namespace in one.exports)


def _gateways(one: Traffic) -> Iterator[str]:
    return (name for name in one.gateways if name != MESH_GATEWAY)


def _candidates(read: Read, index: Index[str, Key, V], host: str) -> Iterator[V]:
    yield from read.find(index, host).values()
    if host != _WILD:
        yield from read.find(index, _WILD).values()
