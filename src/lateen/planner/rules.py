"""Routing, destination and gateway rules as collections, with indexes by the host or gateway they are for."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TypeVar

from lateen.base.hosts import closeness, covers
from lateen.base.refs import Key
from lateen.planner.client import Client
from lateen.planner.destination_rule import Rule, choose, rule
from lateen.planner.gateway import GatewayRules, gateway_rules
from lateen.planner.site import MESH_GATEWAY
from lateen.planner.traffic import Traffic, traffic
from lateen.reactive import Collection, Engine, Index, Read
from lateen.registry.registry import Registry
from lateen.registry.service import Service
from lateen.registry.visibility import sees
from lateen.store.store import Store

V = TypeVar("V")
_WILD = "*"


@dataclass(frozen=True)
class Rules:
    """`*_for`: by exact host, and all with a wildcard under "*"; rules for sidecars only. `traffic_at`: by
    gateway, "mesh" left out."""

    traffic: Collection[Key, Traffic]
    destinations: Collection[Key, Rule]
    gateways: Collection[Key, GatewayRules]
    traffic_for: Index[str, Key, Traffic]
    traffic_at: Index[str, Key, Traffic]
    destinations_for: Index[str, Key, Rule]

    def traffic_of(self, read: Read, host: str, namespace: str) -> Traffic | None:
        """Return the rules that sidecars in `namespace` obey for a host: the closest host, then the
        oldest."""
        found = [
            (closeness(pattern), one.age, one)
            for one in _candidates(read, self.traffic_for, host)
            if sees(one.exports, namespace)
            for pattern in one.hosts
            if covers(pattern, host)
        ]
        return min(found, key=lambda entry: entry[:2])[2] if found else None

    def destination_of(self, read: Read, service: Service, client: Client) -> Rule | None:
        """Return the destination rule that a client obeys for a service."""
        found = [
            one
            for one in _candidates(read, self.destinations_for, service.host)
            if covers(one.host, service.host)
        ]
        return choose(found, service, client) if found else None


def build_rules(engine: Engine, store: Store, registry: Registry) -> Rules:
    """Build the rules' collections over the store's."""
    mesh = registry.settings
    all_traffic = engine.map(
        "traffic",
        store["VirtualService"],
        lambda read, key, found: traffic(found, mesh(read).virtual_service_exports),
    )
    destinations = engine.map(
        "destinations",
        store["DestinationRule"],
        lambda read, key, found: rule(found, mesh(read).destination_rule_exports),
    )
    return Rules(
        traffic=all_traffic,
        destinations=destinations,
        gateways=engine.map("gateways", store["Gateway"], lambda read, key, found: gateway_rules(found)),
        traffic_for=engine.index("traffic for host", all_traffic, lambda key, one: _mesh_buckets(one)),
        traffic_at=engine.index("traffic at gateway", all_traffic, lambda key, one: _gateways(one)),
        destinations_for=engine.index(
            "destinations for host", destinations, lambda key, one: _buckets((one.host,))
        ),
    )


def _buckets(hosts: Iterable[str]) -> Iterator[str]:
    return (_WILD if host.startswith("*") else host for host in hosts)


def _mesh_buckets(one: Traffic) -> Iterable[str]:
    return _buckets(one.hosts) if MESH_GATEWAY in one.gateways else ()


def _gateways(one: Traffic) -> Iterator[str]:
    return (name for name in one.gateways if name != MESH_GATEWAY)


def _candidates(read: Read, index: Index[str, Key, V], host: str) -> Iterator[V]:
    yield from read.find(index, host).values()
    if host != _WILD:
        yield from read.find(index, _WILD).values()
