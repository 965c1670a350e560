"""The outbound side as collections: what clients of a scope may call, and how."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from lateen.plan.listener import Listener
from lateen.plan.name import Name
from lateen.plan.route import RouteConfig, VirtualHost
from lateen.plan.upstream import LoadAssignment, Upstream
from lateen.planner import names
from lateen.planner.client import Client
from lateen.planner.clients import build_clients
from lateen.planner.contributions import http_contribution
from lateen.planner.gateway_api.client_certificates import build_client_certificates
from lateen.planner.loads import build_loads
from lateen.planner.outbound_hosts import OutboundHosts
from lateen.planner.outbound_listeners import Contribution, plan_listener, plan_virtual_outbound
from lateen.planner.route_tables import plan_rest, plan_table
from lateen.planner.rules import Rules
from lateen.planner.scope import ByName, PartKey, Scope
from lateen.planner.sidecars import Sidecars
from lateen.planner.unknown_hosts import build_unknown_hosts
from lateen.reactive import Collection, Demand, Engine, Read
from lateen.reactive.gather import group, union
from lateen.registry.registry import Registry
from lateen.security.rules import PeerSecurity


@dataclass(frozen=True)
class Outbound:
    """`clients`: scopes that call services; `sidecars`: those of them whose traffic is captured."""

    clients: Demand[Scope, Client]
    sidecars: Demand[Scope, Client]
    upstreams: Collection[ByName, Upstream]
    assignments: Collection[ByName, LoadAssignment]
    listeners: Collection[ByName, Listener]
    routes: Collection[ByName, RouteConfig]
    names: Collection[ByName, Name]


def build_outbound(
    engine: Engine, registry: Registry, rules: Rules, sidecars: Sidecars, security: PeerSecurity
) -> Outbound:
    """Build the collections; they stay empty until somebody wants a client's scope."""
    clients = build_clients(engine, "clients", registry, sidecars)
    captured = build_clients(engine, "captured clients", registry, sidecars)
    certificates = build_client_certificates(engine, clients, registry, rules.api.gateways)
    hosts = OutboundHosts(registry, rules, build_loads(engine, registry, security), certificates)
    routes = _routes(engine, captured, hosts)
    return Outbound(
        clients=clients,
        sidecars=captured,
        upstreams=engine.product_flat("outbound upstreams", clients, registry.hosts, hosts.upstreams),
        assignments=engine.product_flat("assignments", clients, registry.hosts, hosts.assignments),
        listeners=_listeners(engine, captured, hosts, routes),
        routes=routes,
        names=engine.product_flat("names", captured, registry.hosts, hosts.names),
    )


def _routes(engine: Engine, sidecars: Demand[Scope, Client], hosts: OutboundHosts) -> Collection[ByName, RouteConfig]:
    known = engine.product_flat("virtual hosts", sidecars, hosts.registry.hosts, hosts.virtual_hosts)
    unknown = build_unknown_hosts(engine, sidecars, hosts.registry, hosts.rules)
    in_table = engine.index("virtual hosts in table", known, lambda key, host: (key[:2],))
    unknown_in_table = engine.index("unknown hosts in table", unknown, lambda key, host: (key[:2],))

    def table(read: Read, key: ByName, rows: Mapping[PartKey, VirtualHost]) -> RouteConfig | None:
        scope, name = key
        client = read.get(sidecars, scope)
        if client is None:
            return None
        also = read.find(unknown_in_table, key)
        rest = plan_rest(client.unclaimed_http) if name.isdigit() else None
        return plan_table(name, (*rows.values(), *also.values()), rest)

    return group(engine, "outbound routes", in_table, table)


def _listeners(
    engine: Engine,
    sidecars: Demand[Scope, Client],
    hosts: OutboundHosts,
    routes: Collection[ByName, RouteConfig],
) -> Collection[ByName, Listener]:
    def http(read: Read, key: ByName, table: RouteConfig) -> Iterator[tuple[PartKey, Contribution]]:
        client = read.get(sidecars, key[0])
        part = http_contribution(table.name, client) if client else None
        if part is not None:
            yield (key[0], names.listener(part.address, part.port), ""), part

    others = engine.map("hosts beyond HTTP", hosts.registry.hosts, hosts.beyond_http)
    parts = union(
        engine,
        "listener parts",
        engine.flat_map("HTTP ports", routes, http),
        engine.product_flat("other ports", sidecars, others, hosts.contributions),
    )
    of_listener = engine.index("parts of listener", parts, lambda key, part: (key[:2],))

    def listener(read: Read, key: ByName, rows: Mapping[PartKey, Contribution]) -> Listener | None:
        client = read.get(sidecars, key[0])
        return plan_listener(rows.values(), client) if client else None

    def entry(read: Read, scope: Scope, client: Client) -> Iterator[tuple[ByName, Listener]]:
        listener = plan_virtual_outbound(client)
        yield (scope, listener.name), listener

    return union(
        engine,
        "outbound listeners",
        engine.flat_map("outbound entries", sidecars, entry),
        group(engine, "outbound listeners behind", of_listener, listener),
    )
