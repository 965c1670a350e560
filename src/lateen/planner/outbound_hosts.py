"""What a client gets of one host: its upstreams, endpoints, routes and names, and its parts of listeners."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from lateen.plan.name import Name
from lateen.plan.route import VirtualHost
from lateen.plan.upstream import LoadAssignment, Upstream
from lateen.planner import names
from lateen.planner.assignments import plan_assignments
from lateen.planner.client import Client, meant, narrowed
from lateen.planner.contributions import plan_contributions
from lateen.planner.destination_rule import Rule
from lateen.planner.gateway_api.backend_tls import secure
from lateen.planner.gateway_api.gateway import ClientCertificate
from lateen.planner.loads import Loads
from lateen.planner.locality import preference
from lateen.planner.name_table import plan_names
from lateen.planner.outbound_listeners import Contribution
from lateen.planner.rules import Rules
from lateen.planner.scope import ByName, PartKey, Scope
from lateen.planner.sidecar import EVERYTHING, Egress
from lateen.planner.sight import Sight
from lateen.planner.traffic_policy import NO_POLICY
from lateen.planner.upstreams import NO_PEERS, Caller, plan_datagrams, plan_upstreams
from lateen.planner.virtual_hosts import plan_hosts
from lateen.reactive import Collection, Read
from lateen.registry.endpoints import BY_NAME, NO_ENDPOINTS
from lateen.registry.registry import Registry
from lateen.registry.service import Service

Declared = tuple[Service, ...]
_EVERYTHING = (EVERYTHING,)


@dataclass(frozen=True)
class OutboundHosts:
    """What the computations look into, each for one client and one host as it is declared."""

    registry: Registry
    rules: Rules
    loads: Loads
    certificates: Collection[Scope, ClientCertificate]

    def upstreams(
        self, read: Read, scope: Scope, client: Client, host: str, declared: Declared
    ) -> Iterator[tuple[ByName, Upstream]]:
        """Plan the upstreams by which the client reaches the host."""
        service = self._reached(read, client, host, declared)
        if service is None or service.resolution == "ALIAS":
            return
        rule = self.rules.destination(read, service, client)
        if client.gateway:
            yield from (((scope, one.name), one) for one in plan_datagrams(service, client.mesh))
        policies = read.get(self.rules.api.backend_tls.in_force, host) if client.gateway else None
        for upstream in self._planned(read, service, rule, client):
            if service.port(upstream.port):
                planned = secure(upstream, service, policies, self._shown(read, scope)) if policies else upstream
                yield (scope, planned.name), planned

    def _shown(self, read: Read, scope: Scope) -> str | None:
        """Return the certificate that gateways of a scope show to backends: its credential, "" = none; None: there is
        to be one, and it cannot be had."""
        found = read.get(self.certificates, scope)
        return "" if found is None else found.credential or None

    def _planned(self, read: Read, service: Service, rule: Rule | None, client: Client) -> Iterable[Upstream]:
        if rule is None and not (service.resolution in BY_NAME and preference(NO_POLICY, service, client.mesh)):
            return read.get(self.loads.plain, service.key) or ()
        peers = read.get(self.loads.peers, service.key) or NO_PEERS
        return plan_upstreams(service, rule, peers, client.mesh, Caller(client.labels, client.gateway))

    def assignments(
        self, read: Read, scope: Scope, client: Client, host: str, declared: Declared
    ) -> Iterator[tuple[ByName, LoadAssignment]]:
        """Plan the endpoints of those upstreams that find them by EDS."""
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

    def beyond_http(self, read: Read, host: str, declared: Declared) -> Declared | None:
        """Return how a host is declared, if there may be more of it on listeners than requests that ask for it."""
        plain = (port.is_http and service.resolution != "DYNAMIC_DNS" for service in declared for port in service.ports)
        if not all(plain):
            return declared
        places = {service.namespace for service in declared if service.kubernetes}
        return declared if any(read.get(self.rules.by_address, place) is not None for place in places) else None

    def contributions(
        self, read: Read, scope: Scope, client: Client, host: str, declared: Declared
    ) -> Iterator[tuple[PartKey, Contribution]]:
        """Plan what the host adds to listeners: by scope, listener and host."""
        for egress, service in _views(client, declared):
            addresses: tuple[str, ...] = service.addresses
            if service.resolution == "HEADLESS":
                addresses = (read.get(self.registry.endpoints, service.key) or NO_ENDPOINTS).addresses
            sight = self._sight(read, host, client, egress)
            for part in plan_contributions(service, addresses, sight):
                yield (scope, names.listener(part.address, part.port), host), part

    def virtual_hosts(
        self, read: Read, scope: Scope, client: Client, host: str, declared: Declared
    ) -> Iterator[tuple[PartKey, VirtualHost]]:
        """Plan the routes to the host: by scope, table and virtual host."""
        for egress, service in _views(client, declared):
            others = read.find(self.registry.aliases_of, host).values() if service.kubernetes else ()
            aliases = [alias for alias in others if client.known((alias,), egress)]
            sight = self._sight(read, host, client, egress)
            for table, found in plan_hosts(service, aliases, sight):
                yield (scope, table, found.name), found

    def names(
        self, read: Read, scope: Scope, client: Client, host: str, declared: Declared
    ) -> Iterator[tuple[ByName, Name]]:
        """Plan what the names of the host lead to."""
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
        known = self.rules.directory(read, self.registry, client)
        declared = known.service(host)
        by_address = declared is not None and self.rules.told_by_address(read, declared, client)
        return Sight(client, egress, rules, known, by_address)


def _views(client: Client, declared: Declared) -> Iterator[tuple[Egress, Service]]:
    """Yield what a client knows of a host on each of its listeners."""
    for egress in client.egress:
        service = client.known(declared, egress)
        if service is not None and service.resolution != "ALIAS":
            yield egress, client.addressed(service)
