"""What a service adds to a sidecar's outbound listeners, and where its TCP and TLS goes."""

from collections.abc import Iterable, Iterator
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from lateen.kinds.networking.sidecar_port import is_unix
from lateen.plan.listener import Chain, ChainMatch
from lateen.planner import names
from lateen.planner.client import Client
from lateen.planner.connection_rule import ConnectionRule
from lateen.planner.connection_rules import block
from lateen.planner.outbound_listeners import Contribution
from lateen.planner.sidecar import Egress
from lateen.planner.sight import Sight
from lateen.planner.site import Place
from lateen.planner.target import Target
from lateen.planner.tcp_action import plan_tcp, proxy_to
from lateen.planner.virtual_hosts import by_address, own_table, table_of
from lateen.registry.service import Service, ServicePort

_ALL = ChainMatch()
_FIRST = ("", "", "")


def plan_contributions(service: Service, addresses: Iterable[str], sight: Sight) -> Iterator[Contribution]:
    """Plan what a service's ports add to a client's listeners, but for those declared to be HTTP whose requests go by
    the host that they ask for. `addresses`: the service's own, or its endpoints' where it is headless. Hosts are looked
    up for HTTP and TLS: bytes alone name none."""
    for port in service.ports if service.resolution == "DYNAMIC_DNS" else ():
        if table_of(service, port, sight.egress):
            yield _by_host(service, port, sight.egress)
    for port in service.ports if by_address(service, sight) else ():
        if port.is_http:
            yield from _by_address(service, port)
    others = [port for port in service.ports if _is_routed_by_bytes(service, port)]
    if sight.egress.address:
        # On a socket no port is asked for: the first is meant.
        others = others if not sight.egress.is_socket else [] if sight.egress.http else others[:1]
        for port in others:
            yield _contribution(_There(service, port, sight), sight.egress.address, ())
        return
    headless = service.resolution == "HEADLESS"
    addresses = tuple(addresses)
    singles = tuple(dict.fromkeys(address for address in addresses if "/" not in address))
    blocks = tuple(dict.fromkeys(block(address) for address in addresses if "/" in address))
    for port in others:
        there = _There(service, port, sight)
        for address in singles:
            yield _contribution(there, address, ())
        # By its server name TLS can be told apart wherever a client looked the host up.
        by_name = port.is_tls and service.at_allocated
        if blocks or by_name or not (singles or headless):
            yield _contribution(there, names.ANY_ADDRESS, blocks, shared=True)


def _is_routed_by_bytes(service: Service, port: ServicePort) -> bool:
    return port.is_tls if service.resolution == "DYNAMIC_DNS" else not port.is_http


def _by_host(service: Service, port: ServicePort, egress: Egress) -> Contribution:
    """HTTP whose host is looked up."""
    return Contribution(
        address=egress.address or names.ANY_ADDRESS,
        port=0 if egress.is_socket else port.number,
        age=service.age,
        http=table_of(service, port, egress),
        dynamic_dns=True,
        bound=bool(egress.address),
    )


def _by_address(service: Service, port: ServicePort) -> Iterator[Contribution]:
    """HTTP that was sent to one of a service's own addresses."""
    for address in service.addresses:
        if "/" not in address:
            yield Contribution(address=address, port=port.number, age=service.age, http=own_table(service, port))


def http_contribution(table: str, client: Client) -> Contribution | None:
    """Plan what a route table adds: a listener for its port or socket, unless the table is one address's own."""
    if is_unix(table):
        return Contribution(address=table, port=0, age=_FIRST, http=table, bound=True)
    egress = client.at(int(table)) if table.isdigit() else None
    if egress is None:
        return None
    address = egress.address or names.ANY_ADDRESS
    return Contribution(address=address, port=int(table), age=_FIRST, http=table, bound=bool(egress.address))


class _There(Struct, frozen=True):
    """A port that carries no declared HTTP, and what a client sees of it."""

    service: Service
    port: ServicePort
    sight: Sight

    @property
    def own(self) -> Target:
        return Target(self.service.host, self.port.number, "")

    @property
    def protocol(self) -> Literal["", "mongo"]:
        """What of the port's protocol is looked into."""
        return "mongo" if self.port.protocol == "mongo" else ""

    @property
    def place(self) -> Place:
        return self.sight.place(self.port.number)


def _contribution(there: _There, address: str, blocks: tuple[str, ...], shared: bool = False) -> Contribution:
    service, port, egress = there.service, there.port, there.sight.egress
    chains = tuple(_chains(there, blocks, shared or bool(egress.address)))
    return Contribution(
        address=address,
        port=0 if egress.is_socket else port.number,
        age=service.age,
        http=table_of(service, port, egress),
        chains=tuple(chain for chain in chains if chain.match != _ALL),
        default=next((chain for chain in chains if chain.match == _ALL), None),
        bound=bool(egress.address),
    )


def _chains(there: _There, blocks: tuple[str, ...], shared: bool = False) -> Iterator[Chain]:
    """Plan TCP of a port. `shared`: the listener is not the service's own, it must be told by `blocks` or
    SNI."""
    service, port, rules = there.service, there.port, there.sight.rules
    if port.is_tls:
        said = list(_ruled(rules.tls if rules else (), there, blocks))
        yield from said
        if not said:
            sni = (service.host,) if shared and service.host != "*" else ()
            match = ChainMatch(prefixes=blocks, server_names=sni)
            yield _own(match, there)
        return
    for chain in _ruled(rules.tcp if rules else (), there, blocks):
        yield chain
        if chain.match.prefixes == blocks:
            return
    yield _own(ChainMatch(prefixes=blocks), there)


def _ruled(rules: Iterable[ConnectionRule], there: _There, blocks: tuple[str, ...]) -> Iterator[Chain]:
    for rule in rules:
        for match in rule.matches:
            if match.where.holds(there.place.site):
                prefixes, server_names = match.prefixes or blocks, sni_hosts(match.server_names)
                yield _to(rule, ChainMatch(prefixes=prefixes, server_names=server_names), there)


def sni_hosts(hosts: Iterable[str]) -> tuple[str, ...]:
    """Plan the server names of a match; `*` is any, which is not to be matched at all."""
    found = tuple(dict.fromkeys(hosts))
    return () if "*" in found else found


def _to(rule: ConnectionRule, match: ChainMatch, there: _There) -> Chain:
    own = there.own
    proxy = replace(plan_tcp(rule, there.place, own.upstream), protocol=there.protocol)
    return Chain(name=own.upstream, match=match, proxy=proxy, origin=rule.origin)


def _own(match: ChainMatch, there: _There) -> Chain:
    own = there.own
    proxy = replace(proxy_to(own, there.place), protocol=there.protocol)
    return Chain(name=own.upstream, match=match, proxy=proxy, origin=there.service.origin)
