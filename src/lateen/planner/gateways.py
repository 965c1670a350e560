"""Gateways as collections: what the proxies of a gateway accept, and where it goes."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from lateen.base.refs import Key
from lateen.base.selectors import matches
from lateen.plan.listener import Listener
from lateen.plan.route import RouteConfig, VirtualHost
from lateen.planner import names
from lateen.planner.client import Client
from lateen.planner.gateway import GatewayRules
from lateen.planner.gateway_listeners import Part, plan_gateway_listener, rule_part, server_part
from lateen.planner.gateway_routes import (
    BoundServer,
    HostPiece,
    plan_gateway_table,
    plan_host,
    rule_pieces,
    server_pieces,
)
from lateen.planner.rules import Rules
from lateen.planner.scope import ByName, Scope
from lateen.planner.site import Place, Site
from lateen.planner.traffic import Traffic
from lateen.reactive import Collection, Demand, Engine, Index, Read
from lateen.reactive.gather import group, union
from lateen.registry.registry import Registry
from lateen.registry.visibility import sees

# A server of a gateway at a port of a scope's proxies: scope, port, "namespace/name" of the Gateway, its
# place there.
ServerKey = tuple[Scope, int, str, int]
# A piece of a virtual host or listener: scope, table or listener, virtual host, who adds it.
PieceKey = tuple[Scope, str, str, str]


@dataclass(frozen=True)
class Gateways:
    """The plans of gateways' own side; what they may call is planned as for any client. `servers_at`: by port."""

    listeners: Collection[ByName, Listener]
    routes: Collection[ByName, RouteConfig]
    servers_at: Index[tuple[Scope, int], ServerKey, BoundServer]


def build_gateways(engine: Engine, clients: Demand[Scope, Client], registry: Registry, rules: Rules) -> Gateways:
    """Build the collections for the gateways among `clients`."""

    def bind(
        read: Read, scope: Scope, client: Client, key: Key, gateway: GatewayRules
    ) -> Iterator[tuple[ServerKey, BoundServer]]:
        if scope.kind != "gateway" or not matches(gateway.selector, client.labels):
            return
        targets = {udp: _targets(read, registry, client, gateway, udp=udp) for udp in (False, True)}
        for index, server in enumerate(gateway.servers):
            leading = targets[server.carries == "udp"]
            for port in sorted(leading.get(server.number, ())) or (() if gateway.services else (server.number,)):
                bound = BoundServer(gateway=gateway, index=index, port=port)
                yield (scope, port, gateway.reference, index), bound

    servers = engine.product_flat("gateway servers", clients, rules.gateways, bind)
    at = engine.index("servers of gateway", servers, lambda key, bound: (key[2],))
    facts = _Facts(registry, rules, clients, servers, at)
    at_port = engine.index("gateway servers at port", servers, lambda key, bound: ((key[0], bound.port),))
    return Gateways(listeners=_listeners(engine, facts), routes=_routes(engine, facts), servers_at=at_port)


def _targets(
    read: Read, registry: Registry, client: Client, gateway: GatewayRules, *, udp: bool
) -> Mapping[int, set[int]]:
    """Map ports of the services that lead to a proxy, or of those that its gateway names, to its own ports. `udp`:
    those of datagrams."""
    found: dict[int, set[int]] = {}
    for service, port, number in registry.leading(read, client.workload) if client.workload else ():
        named = not gateway.services or service.host in gateway.services
        if service.translated and named and (port.protocol == "udp") == udp:
            found.setdefault(port.number, set()).add(number)
    return found


@dataclass(frozen=True)
class _Facts:
    """What computations per rule and server look into."""

    registry: Registry
    rules: Rules
    clients: Demand[Scope, Client]
    servers: Collection[ServerKey, BoundServer]
    servers_of: Index[str, ServerKey, BoundServer]

    def places(self, read: Read, rules: Traffic) -> Iterator[tuple[Scope, BoundServer, Place]]:
        """Find the servers that rules are bound to, each with the place at which the rules are read there."""
        for reference in rules.gateways:
            for key, bound in read.find(self.servers_of, reference).items():
                scope = key[0]
                client = read.get(self.clients, scope)
                if client is not None and sees(rules.exports, client.namespace):
                    site = Site(
                        namespace=client.namespace,
                        gateway=reference,
                        port=bound.server.number,
                        labels=client.labels,
                        tls=bound.server.tls is not None,
                        retries=client.mesh.retries,
                    )
                    known = self.rules.directory(read, self.registry, client)
                    yield scope, bound, Place(site, known)

    def rule_pieces(self, read: Read, key: Key, rules: Traffic) -> Iterator[tuple[PieceKey, HostPiece]]:
        for scope, bound, place in self.places(read, rules):
            for piece in rule_pieces(bound, rules, place) if bound.table else ():
                yield (scope, bound.table, piece.name, f"{place.site.gateway}.{bound.index} {key}"), piece

    def rule_parts(self, read: Read, key: Key, rules: Traffic) -> Iterator[tuple[PieceKey, Part]]:
        for scope, bound, place in self.places(read, rules):
            part = rule_part(bound, rules, place)
            if part is not None:
                yield (scope, _listener(bound), "", f"{place.site.gateway}.{bound.index} {key}"), part


def _listener(bound: BoundServer) -> str:
    name = names.datagram_listener if bound.server.carries == "udp" else names.listener
    return name(bound.server.bind, bound.port)


def _routes(engine: Engine, facts: _Facts) -> Collection[ByName, RouteConfig]:
    def of_server(read: Read, key: ServerKey, bound: BoundServer) -> Iterator[tuple[PieceKey, HostPiece]]:
        for piece in server_pieces(bound) if bound.table else ():
            yield (key[0], bound.table, piece.name, f"{key[2]}.{key[3]}"), piece

    own = engine.flat_map("gateway servers' hosts", facts.servers, of_server)
    ruled = engine.flat_map("gateway rules' hosts", facts.rules.traffic, facts.rule_pieces)
    pieces = union(engine, "gateway host pieces", own, ruled)
    of_host = engine.index("pieces of gateway host", pieces, lambda key, piece: (key[:3],))
    hosts: Collection[tuple[Scope, str, str], VirtualHost] = group(
        engine, "gateway hosts", of_host, lambda read, key, rows: plan_host(rows.values())
    )
    in_table = engine.index("hosts in gateway table", hosts, lambda key, host: (key[:2],))
    return group(engine, "gateway routes", in_table, lambda read, key, rows: plan_gateway_table(key[1], rows.values()))


def _listeners(engine: Engine, facts: _Facts) -> Collection[ByName, Listener]:
    def of_server(read: Read, key: ServerKey, bound: BoundServer) -> Iterator[tuple[PieceKey, Part]]:
        yield (key[0], _listener(bound), "", f"{key[2]}.{key[3]}"), server_part(bound)

    own = engine.flat_map("gateway servers' parts", facts.servers, of_server)
    ruled = engine.flat_map("gateway rules' parts", facts.rules.traffic, facts.rule_parts)
    parts = union(engine, "gateway parts", own, ruled)
    of_listener = engine.index("parts of gateway listener", parts, lambda key, part: (key[:2],))

    def listener(read: Read, key: ByName, rows: Mapping[PieceKey, Part]) -> Listener | None:
        client = read.get(facts.clients, key[0])
        return plan_gateway_listener(rows.values(), client.mesh) if client else None

    return group(engine, "gateway listeners", of_listener, listener)
