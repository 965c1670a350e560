"""The outbound side as collections: what clients of a scope may call, and how."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from lateen.base.hosts import covers
from lateen.base.refs import Key
from lateen.plan.listener import Listener
from lateen.plan.route import RouteConfig, VirtualHost
from lateen.plan.upstream import LoadAssignment, Upstream
from lateen.planner import assignments, contributions, names, upstreams, virtual_hosts
from lateen.planner.assignments import Load
from lateen.planner.client import Client, lookup, meant
from lateen.planner.outbound_listeners import Contribution, plan_listener
from lateen.planner.route_tables import ALLOW_ANY, BLOCK_ALL, plan_table
from lateen.planner.rules import Rules
from lateen.planner.scope import Scope, Traits
from lateen.planner.traffic import Traffic
from lateen.planner.upstreams import NO_PEERS, Peers
from lateen.reactive import Collection, Demand, Engine, Read
from lateen.reactive.gather import group, union
from lateen.registry.endpoint import Endpoints
from lateen.registry.endpoints import NO_ENDPOINTS
from lateen.registry.registry import Registry
from lateen.registry.service import Service, ServiceKey
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
        return Client(namespace=scope.namespace, labels=traits.labels, ports=traits.ports, mesh=mesh)

    clients = engine.demand("clients", client)
    sidecars = engine.demand("sidecars", client)
    facts = _Facts(registry, rules, *_loads(engine, registry, security))
    return Outbound(
        clients=clients,
        sidecars=sidecars,
        upstreams=engine.product_flat("outbound upstreams", clients, registry.hosts, facts.upstreams),
        assignments=engine.product_flat("assignments", clients, registry.hosts, facts.assignments),
        listeners=_listeners(engine, sidecars, facts),
        routes=_routes(engine, sidecars, facts),
    )


def _loads(
    engine: Engine, registry: Registry, security: PeerSecurity
) -> tuple[Collection[ServiceKey, Load], Collection[ServiceKey, Peers]]:
    def load(read: Read, key: ServiceKey, found: Endpoints) -> Load | None:
        service = read.get(registry.services, key)
        root = registry.settings(read).root_namespace
        namespaces = {one.namespace for known in found.by_port.values() for one in known}
        peer_rules = {name: security.rules(read, name, root) for name in namespaces}
        return assignments.plan_load(service, found, peer_rules) if service else None

    loads = engine.map("loads", registry.endpoints, load)

    def peers(read: Read, key: ServiceKey, found: Load) -> Peers | None:
        known = read.get(registry.endpoints, key) or NO_ENDPOINTS
        return assignments.plan_peers(found, known, registry.settings(read).trust_domain)

    return loads, engine.map("peers", loads, peers)


@dataclass(frozen=True)
class _Facts:
    """What computations per client and host look into."""

    registry: Registry
    rules: Rules
    loads: Collection[ServiceKey, Load]
    peers: Collection[ServiceKey, Peers]

    def upstreams(
        self, read: Read, scope: Scope, client: Client, host: str, declared: Declared
    ) -> Iterator[tuple[ByName, Upstream]]:
        service = meant(declared, client.namespace)
        if service is None or service.resolution == "ALIAS":
            return
        rule = self.rules.destination_of(read, service, client)
        peers = read.get(self.peers, service.key) or NO_PEERS
        for upstream in upstreams.plan_upstreams(service, rule, peers, client.mesh):
            yield (scope, upstream.name), upstream

    def assignments(
        self, read: Read, scope: Scope, client: Client, host: str, declared: Declared
    ) -> Iterator[tuple[ByName, LoadAssignment]]:
        service = meant(declared, client.namespace)
        if service is None or service.resolution != "EDS":
            return
        load = read.get(self.loads, service.key)
        if load is not None:
            rule = self.rules.destination_of(read, service, client)
            for assignment in assignments.plan_assignments(service, rule, load):
                yield (scope, assignment.name), assignment

    def contributions(
        self, read: Read, scope: Scope, client: Client, host: str, declared: Declared
    ) -> Iterator[tuple[PartKey, Contribution]]:
        service = meant(declared, client.namespace)
        if service is None or service.resolution == "ALIAS":
            return
        bytes_only = all(port.is_http for port in service.ports)
        rules = None if bytes_only else self.rules.traffic_of(read, host, client.namespace)
        hosts: tuple[str, ...] = ()
        if service.resolution == "HEADLESS" and not bytes_only:
            known = read.get(self.registry.endpoints, service.key) or NO_ENDPOINTS
            hosts = known.addresses
        find = lookup(read, self.registry, client.namespace)
        for part in contributions.plan_contributions(service, hosts, rules, client, find):
            yield (scope, names.listener(part.address, part.port), host), part

    def virtual_hosts(
        self, read: Read, scope: Scope, client: Client, host: str, declared: Declared
    ) -> Iterator[tuple[TableKey, VirtualHost]]:
        service = meant(declared, client.namespace)
        if service is None or not any(virtual_hosts.table_of(service, port) for port in service.ports):
            return
        rules = self.rules.traffic_of(read, host, client.namespace)
        known = read.find(self.registry.aliases_of, host).values() if service.kubernetes else ()
        aliases = [alias for alias in known if alias.visible_to(client.namespace)]
        find = lookup(read, self.registry, client.namespace)
        for table, found in virtual_hosts.plan_hosts(service, aliases, rules, client, find):
            yield (scope, table, found.name), found

    def unknown_hosts(
        self, read: Read, scope: Scope, client: Client, key: Key, traffic: Traffic
    ) -> Iterator[tuple[TableKey, VirtualHost]]:
        find = lookup(read, self.registry, client.namespace)
        for host in traffic.hosts:
            obeyed = self.rules.traffic_of(read, host, client.namespace)
            if obeyed != traffic or self._is_known(read, host, client.namespace):
                continue
            planned = virtual_hosts.plan_unknown_host(host, traffic, client, find)
            if planned is not None:
                table, found = planned
                yield (scope, table, found.name), found

    def _is_known(self, read: Read, host: str, namespace: str) -> bool:
        if not host.startswith("*"):
            return lookup(read, self.registry, namespace)(host) is not None
        return any(
            covers(host, name) and meant(declared, namespace) is not None
            for name, declared in read.all(self.registry.hosts).items()
        )


def _listeners(
    engine: Engine, sidecars: Demand[Scope, Client], facts: _Facts
) -> Collection[ByName, Listener]:
    parts = engine.product_flat("listener parts", sidecars, facts.registry.hosts, facts.contributions)
    of_listener = engine.index("parts of listener", parts, lambda key, part: (key[:2],))

    def listener(read: Read, key: ByName, rows: Mapping[PartKey, Contribution]) -> Listener | None:
        client = read.get(sidecars, key[0])
        return plan_listener(rows.values(), client.mesh) if client else None

    return group(engine, "outbound listeners", of_listener, listener)


def _routes(
    engine: Engine, sidecars: Demand[Scope, Client], facts: _Facts
) -> Collection[ByName, RouteConfig]:
    known = engine.product_flat("virtual hosts", sidecars, facts.registry.hosts, facts.virtual_hosts)
    unknown = engine.product_flat("unknown hosts", sidecars, facts.rules.traffic, facts.unknown_hosts)
    hosts = union(engine, "all virtual hosts", known, unknown)
    in_table = engine.index("virtual hosts in table", hosts, lambda key, host: (key[:2],))

    def table(read: Read, key: ByName, rows: Mapping[TableKey, VirtualHost]) -> RouteConfig | None:
        scope, name = key
        client = read.get(sidecars, scope)
        if client is None:
            return None
        rest = ALLOW_ANY if client.mesh.allow_any else BLOCK_ALL
        return plan_table(name, rows.values(), rest if name.isdigit() else None)

    return group(engine, "outbound routes", in_table, table)
