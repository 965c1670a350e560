"""The outbound side as collections: what clients of a scope may call, and how."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from lateen.base.hosts import covers
from lateen.base.refs import Key
from lateen.plan.listener import Listener
from lateen.plan.route import RouteConfig, VirtualHost
from lateen.plan.upstream import LoadAssignment, Upstream
from lateen.planner import names
from lateen.planner.assignments import plan_assignments
from lateen.planner.client import Client, finder, meant
from lateen.planner.contributions import http_contribution, plan_contributions
from lateen.planner.destination_rule import Rule
from lateen.planner.loads import Loads, build_loads
from lateen.planner.outbound_listeners import Contribution, plan_listener
from lateen.planner.route_tables import plan_rest, plan_table
from lateen.planner.rules import Rules
from lateen.planner.scope import Scope, Traits
from lateen.planner.traffic import Traffic
from lateen.planner.upstreams import NO_PEERS, plan_upstreams
from lateen.planner.virtual_hosts import plan_hosts, plan_unknown_host
from lateen.reactive import Collection, Demand, Engine, Read
from lateen.reactive.gather import group, union
from lateen.registry.endpoints import NO_ENDPOINTS
from lateen.registry.registry import Registry
from lateen.registry.service import Service
from lateen.security.rules import PeerSecurity

ByName = tuple[Scope, str]
Declared = tuple[Service, ...]
TableKey = tuple[Scope, str, str]
PartKey = tuple[Scope, str, str]


@dataclass(frozen=True)
class Outbound:
    """`clients`: scopes that call services; `sidecars`: those of them whose traffic is captured."""

    clients: Demand[Scope, Client]
    sidecars: Demand[Scope, Client]
    upstreams: Collection[ByName, Upstream]
    assignments: Collection[ByName, LoadAssignment]
    listeners: Collection[ByName, Listener]
    routes: Collection[ByName, RouteConfig]


def build_outbound(engine: Engine, registry: Registry, rules: Rules, security: PeerSecurity) -> Outbound:
    """Build the collections; they stay empty until somebody wants a client's scope."""

    def client(read: Read, scope: Scope) -> Client:
        traits = Traits.parse(scope.name)
        mesh = registry.settings(read)
        workload = traits.workload(scope.namespace)
        return Client(namespace=scope.namespace, labels=traits.labels, workload=workload, mesh=mesh)

    clients = engine.demand("clients", client)
    sidecars = engine.demand("sidecars", client)
    facts = _Facts(registry, rules, build_loads(engine, registry, security))
    routes = _routes(engine, sidecars, facts)
    return Outbound(
        clients=clients,
        sidecars=sidecars,
        upstreams=engine.product_flat("outbound upstreams", clients, registry.hosts, facts.upstreams),
        assignments=engine.product_flat("assignments", clients, registry.hosts, facts.assignments),
        listeners=_listeners(engine, sidecars, facts, routes),
        routes=routes,
    )


@dataclass(frozen=True)
class _Facts:
    """What computations per client and host look into."""

    registry: Registry
    rules: Rules
    loads: Loads

    def upstreams(
        self, read: Read, scope: Scope, client: Client, host: str, declared: Declared
    ) -> Iterator[tuple[ByName, Upstream]]:
        service = meant(declared, client.namespace)
        if service is None or service.resolution == "ALIAS":
            return
        rule = self.rules.destination(read, service, client)
        for upstream in self._planned(read, service, rule, client):
            yield (scope, upstream.name), upstream

    def _planned(self, read: Read, service: Service, rule: Rule | None, client: Client) -> Iterable[Upstream]:
        if rule is None:
            return read.get(self.loads.plain, service.key) or ()
        peers = read.get(self.loads.peers, service.key) or NO_PEERS
        return plan_upstreams(service, rule, peers, client.mesh)

    def assignments(
        self, read: Read, scope: Scope, client: Client, host: str, declared: Declared
    ) -> Iterator[tuple[ByName, LoadAssignment]]:
        service = meant(declared, client.namespace)
        load = read.get(self.loads.loads, service.key) if service is not None else None
        if service is None or load is None or service.resolution != "EDS":
            return
        rule = self.rules.destination(read, service, client)
        for assignment in plan_assignments(service, rule, load) if rule else load.whole:
            yield (scope, assignment.name), assignment

    def contributions(
        self, read: Read, scope: Scope, client: Client, host: str, declared: Declared
    ) -> Iterator[tuple[PartKey, Contribution]]:
        service = meant(declared, client.namespace)
        if service is None or service.resolution == "ALIAS":
            return
        addresses: tuple[str, ...] = service.addresses
        if service.resolution == "HEADLESS":
            addresses = (read.get(self.registry.endpoints, service.key) or NO_ENDPOINTS).addresses
        rules = self.rules.obeyed(read, host, client.namespace)
        known = self.rules.directory(read, self.registry, client)
        for part in plan_contributions(service, addresses, rules, client, known):
            yield (scope, names.listener(part.address, part.port), host), part

    def virtual_hosts(
        self, read: Read, scope: Scope, client: Client, host: str, declared: Declared
    ) -> Iterator[tuple[TableKey, VirtualHost]]:
        service = meant(declared, client.namespace)
        if service is None or service.resolution == "ALIAS":
            return
        rules = self.rules.obeyed(read, host, client.namespace)
        others = read.find(self.registry.aliases_of, host).values() if service.kubernetes else ()
        aliases = [alias for alias in others if alias.visible_to(client.namespace)]
        known = self.rules.directory(read, self.registry, client)
        for table, found in plan_hosts(service, aliases, rules, client, known):
            yield (scope, table, found.name), found

    def unknown_hosts(
        self, read: Read, scope: Scope, client: Client, key: Key, traffic: Traffic
    ) -> Iterator[tuple[TableKey, VirtualHost]]:
        known = self.rules.directory(read, self.registry, client)
        for host in traffic.hosts:
            obeyed = self.rules.obeyed_unknown(read, host, client.namespace)
            if obeyed != traffic or self._is_known(read, host, client.namespace):
                continue
            planned = plan_unknown_host(host, traffic, client, known)
            if planned is not None:
                table, found = planned
                yield (scope, table, found.name), found

    def _is_known(self, read: Read, host: str, namespace: str) -> bool:
        if not host.startswith("*"):
            return finder(read, self.registry, namespace)(host) is not None
        return any(
            covers(host, name) and meant(declared, namespace) is not None
            for name, declared in read.all(self.registry.hosts).items()
        )


def _routes(engine: Engine, sidecars: Demand[Scope, Client], facts: _Facts) -> Collection[ByName, RouteConfig]:
    hosts = engine.product_flat("virtual hosts", sidecars, facts.registry.hosts, facts.virtual_hosts)
    unknown = engine.product_flat("unknown hosts", sidecars, facts.rules.traffic, facts.unknown_hosts)
    in_table = engine.index("virtual hosts in table", hosts, lambda key, host: (key[:2],))
    unknown_in_table = engine.index("unknown hosts in table", unknown, lambda key, host: (key[:2],))

    def table(read: Read, key: ByName, rows: Mapping[TableKey, VirtualHost]) -> RouteConfig | None:
        scope, name = key
        client = read.get(sidecars, scope)
        if client is None:
            return None
        also = read.find(unknown_in_table, key)
        return plan_table(name, (*rows.values(), *also.values()), plan_rest(client.mesh) if name.isdigit() else None)

    return group(engine, "outbound routes", in_table, table)


def _listeners(
    engine: Engine,
    sidecars: Demand[Scope, Client],
    facts: _Facts,
    routes: Collection[ByName, RouteConfig],
) -> Collection[ByName, Listener]:
    def http(read: Read, key: ByName, table: RouteConfig) -> Iterator[tuple[PartKey, Contribution]]:
        part = http_contribution(table.name)
        if part is not None:
            yield (key[0], names.listener(part.address, part.port), ""), part

    others = engine.map("hosts beyond HTTP", facts.registry.hosts, _beyond_http)
    parts = union(
        engine,
        "listener parts",
        engine.flat_map("HTTP ports", routes, http),
        engine.product_flat("other ports", sidecars, others, facts.contributions),
    )
    of_listener = engine.index("parts of listener", parts, lambda key, part: (key[:2],))

    def listener(read: Read, key: ByName, rows: Mapping[PartKey, Contribution]) -> Listener | None:
        client = read.get(sidecars, key[0])
        return plan_listener(rows.values(), client.mesh) if client else None

    return group(engine, "outbound listeners", of_listener, listener)


def _beyond_http(read: Read, host: str, declared: Declared) -> Declared | None:
    plain = (port.is_http and service.resolution != "DYNAMIC_DNS" for service in declared for port in service.ports)
    return None if all(plain) else declared
