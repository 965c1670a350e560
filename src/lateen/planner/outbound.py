"""The outbound side as collections: what clients of a scope may call, and how."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from msgspec import structs

from lateen.base.hosts import covers
from lateen.base.refs import Key
from lateen.plan.listener import Listener
from lateen.plan.name import Name
from lateen.plan.route import RouteConfig, VirtualHost
from lateen.plan.upstream import LoadAssignment, Upstream
from lateen.planner import names
from lateen.planner.assignments import plan_assignments
from lateen.planner.client import Client, meant, narrowed
from lateen.planner.contributions import http_contribution, plan_contributions
from lateen.planner.destination_rule import Rule
from lateen.planner.dns_capture import DnsCapture
from lateen.planner.loads import Loads, build_loads
from lateen.planner.locality import preference
from lateen.planner.name_table import plan_names
from lateen.planner.outbound_listeners import Contribution, plan_listener, plan_virtual_outbound
from lateen.planner.route_tables import plan_rest, plan_table
from lateen.planner.rules import Rules
from lateen.planner.scope import Scope, Traits
from lateen.planner.sidecar import EVERYTHING, Egress, SidecarRules
from lateen.planner.sidecars import Sidecars
from lateen.planner.sight import Sight
from lateen.planner.traffic import Traffic
from lateen.planner.traffic_policy import NO_POLICY
from lateen.planner.upstreams import NO_PEERS, Caller, plan_upstreams
from lateen.planner.virtual_hosts import UNKNOWN_HOSTS_PORT, plan_hosts, plan_unknown_host
from lateen.reactive import Collection, Demand, Engine, Read
from lateen.reactive.gather import group, union
from lateen.registry.endpoints import BY_NAME, NO_ENDPOINTS
from lateen.registry.mesh import Mesh
from lateen.registry.registry import Registry
from lateen.registry.service import Service
from lateen.security.rules import PeerSecurity

ByName = tuple[Scope, str]
Declared = tuple[Service, ...]
TableKey = tuple[Scope, str, str]
PartKey = tuple[Scope, str, str]
_EVERYTHING = (EVERYTHING,)


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

    def client(read: Read, scope: Scope) -> Client:
        traits = Traits.parse(scope.name)
        mesh = registry.settings(read)
        own = sidecars.in_force(read, scope, mesh.root_namespace) if scope.kind == "sidecar" else None
        return _client(scope, traits, mesh, own)

    clients = engine.demand("clients", client)
    captured = engine.demand("captured clients", client)
    facts = _Facts(registry, rules, build_loads(engine, registry, security))
    routes = _routes(engine, captured, facts)
    return Outbound(
        clients=clients,
        sidecars=captured,
        upstreams=engine.product_flat("outbound upstreams", clients, registry.hosts, facts.upstreams),
        assignments=engine.product_flat("assignments", clients, registry.hosts, facts.assignments),
        listeners=_listeners(engine, captured, facts, routes),
        routes=routes,
        names=engine.product_flat("names", captured, registry.hosts, facts.names),
    )


def _client(scope: Scope, traits: Traits, mesh: Mesh, sidecar: SidecarRules | None) -> Client:
    namespace, dns = scope.namespace, DnsCapture.parse(scope.dns)
    workload = traits.workload(namespace)
    gateway = scope.kind == "gateway"
    found = Client(namespace=namespace, labels=traits.labels, workload=workload, mesh=mesh, dns=dns, gateway=gateway)
    if sidecar is None:
        return found
    if sidecar.allow_any is not None:
        mesh = structs.replace(mesh, allow_any=sidecar.allow_any, dynamic_dns=False)
    return structs.replace(found, mesh=mesh, egress=sidecar.egress, egress_proxy=sidecar.egress_proxy)


@dataclass(frozen=True)
class _Facts:
    """What computations per client and host look into."""

    registry: Registry
    rules: Rules
    loads: Loads

    def upstreams(
        self, read: Read, scope: Scope, client: Client, host: str, declared: Declared
    ) -> Iterator[tuple[ByName, Upstream]]:
        service = self._reached(read, client, host, declared)
        if service is None or service.resolution == "ALIAS":
            return
        rule = self.rules.destination(read, service, client)
        for upstream in self._planned(read, service, rule, client):
            if service.port(upstream.port):
                yield (scope, upstream.name), upstream

    def _planned(self, read: Read, service: Service, rule: Rule | None, client: Client) -> Iterable[Upstream]:
        if rule is None and not (service.resolution in BY_NAME and preference(NO_POLICY, service, client.mesh)):
            return read.get(self.loads.plain, service.key) or ()
        peers = read.get(self.loads.peers, service.key) or NO_PEERS
        return plan_upstreams(service, rule, peers, client.mesh, Caller(client.labels, client.gateway))

    def assignments(
        self, read: Read, scope: Scope, client: Client, host: str, declared: Declared
    ) -> Iterator[tuple[ByName, LoadAssignment]]:
        service = self._reached(read, client, host, declared)
        load = read.get(self.loads.loads, service.key) if service is not None else None
        if service is None or load is None or service.resolution != "EDS":
            return
        rule = self.rules.destination(read, service, client)
        for assignment in plan_assignments(service, rule, load, client):
            yield (scope, assignment.name), assignment

    def _reached(self, read: Read, client: Client, host: str, declared: Declared) -> Service | None:
        """Return what a client means by a host, with the ports that any of its listeners or rules lead to."""
        if client.egress == _EVERYTHING:
            return meant(declared, client.namespace)
        known = [service for egress in client.egress if (service := client.known(declared, egress))]
        routed = set(self.rules.routed(read, host, client))
        service = meant(known or declared if routed else known, client.namespace)
        if service is None:
            return None
        whole = next(one for one in declared if one.key == service.key)
        ports = {port.number for one in known if one.key == whole.key for port in one.ports}
        return whole if 0 in routed else narrowed(whole, ports | routed)

    def contributions(
        self, read: Read, scope: Scope, client: Client, host: str, declared: Declared
    ) -> Iterator[tuple[PartKey, Contribution]]:
        for egress, service in _views(client, declared):
            addresses: tuple[str, ...] = service.addresses
            if service.resolution == "HEADLESS":
                addresses = (read.get(self.registry.endpoints, service.key) or NO_ENDPOINTS).addresses
            sight = self._sight(read, host, client, egress)
            for part in plan_contributions(service, addresses, sight):
                yield (scope, names.listener(part.address, part.port), host), part

    def virtual_hosts(
        self, read: Read, scope: Scope, client: Client, host: str, declared: Declared
    ) -> Iterator[tuple[TableKey, VirtualHost]]:
        for egress, service in _views(client, declared):
            others = read.find(self.registry.aliases_of, host).values() if service.kubernetes else ()
            aliases = [alias for alias in others if client.known((alias,), egress)]
            sight = self._sight(read, host, client, egress)
            for table, found in plan_hosts(service, aliases, sight):
                yield (scope, table, found.name), found

    def names(
        self, read: Read, scope: Scope, client: Client, host: str, declared: Declared
    ) -> Iterator[tuple[ByName, Name]]:
        views = (service for _, service in _views(client, declared)) if client.dns.on else iter(())
        service = meant(views, client.namespace)
        if service is None:
            return
        headless = service.resolution == "HEADLESS"
        known = (read.get(self.registry.endpoints, service.key) if headless else None) or NO_ENDPOINTS
        for name in plan_names(service, known, client.dns):
            yield (scope, name.name), name

    def _sight(self, read: Read, host: str, client: Client, egress: Egress) -> Sight:
        rules = self.rules.obeyed(read, host, client, egress)
        return Sight(client, egress, rules, self.rules.directory(read, self.registry, client))

    def unknown_hosts(
        self, read: Read, scope: Scope, client: Client, key: Key, traffic: Traffic
    ) -> Iterator[tuple[TableKey, VirtualHost]]:
        egress = client.at(UNKNOWN_HOSTS_PORT)
        for host in traffic.hosts if egress else ():
            assert egress is not None
            obeyed = self.rules.obeyed_unknown(read, host, client, egress)
            if obeyed != traffic or self._is_known(read, host, client, egress):
                continue
            sight = Sight(client, egress, traffic, self.rules.directory(read, self.registry, client))
            planned = plan_unknown_host(host, sight)
            if planned is not None:
                table, found = planned
                yield (scope, table, found.name), found

    def _is_known(self, read: Read, host: str, client: Client, egress: Egress) -> bool:
        if not host.startswith("*"):
            declared = read.get(self.registry.hosts, host)
            return declared is not None and client.known(declared, egress) is not None
        return any(
            covers(host, name) and client.known(declared, egress) is not None
            for name, declared in read.all(self.registry.hosts).items()
        )


def _views(client: Client, declared: Declared) -> Iterator[tuple[Egress, Service]]:
    """Yield what a client knows of a host on each of its listeners."""
    for egress in client.egress:
        service = client.known(declared, egress)
        if service is not None and service.resolution != "ALIAS":
            yield egress, client.addressed(service)


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
        rest = plan_rest(client.unclaimed_http) if name.isdigit() else None
        return plan_table(name, (*rows.values(), *also.values()), rest)

    return group(engine, "outbound routes", in_table, table)


def _listeners(
    engine: Engine,
    sidecars: Demand[Scope, Client],
    facts: _Facts,
    routes: Collection[ByName, RouteConfig],
) -> Collection[ByName, Listener]:
    def http(read: Read, key: ByName, table: RouteConfig) -> Iterator[tuple[PartKey, Contribution]]:
        client = read.get(sidecars, key[0])
        part = http_contribution(table.name, client) if client else None
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


def _beyond_http(read: Read, host: str, declared: Declared) -> Declared | None:
    plain = (port.is_http and service.resolution != "DYNAMIC_DNS" for service in declared for port in service.ports)
    return None if all(plain) else declared
