"""Listeners of gateways, put together from what each server and rule adds to a port."""

from collections.abc import Iterable, Iterator
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from lateen.base.refs import Origin
from lateen.plan.listener import Chain, ChainMatch, DatagramProxy, HttpProxy, Listener, TcpProxy
from lateen.planner import names
from lateen.planner.contributions import sni_hosts
from lateen.planner.gateway import Carries
from lateen.planner.gateway_routes import BoundServer
from lateen.planner.outbound_listeners import free_chains, inspectors
from lateen.planner.site import Place
from lateen.planner.tcp_action import plan_tcp
from lateen.planner.traffic import Traffic
from lateen.registry.mesh import Mesh

_FAMILIES: dict[Carries, str] = {"http": "http", "https": "tls", "tls": "tls", "sni": "tls", "tcp": "tcp", "udp": "udp"}


class Part(Struct, frozen=True, kw_only=True):
    """Chains that a server adds to the listener at an address and port: () only keeps its place. Only parts of one
    family ("http", "tls", "tcp") can share a listener; bytes are one server's, and `datagrams` the oldest rule's."""

    address: str
    port: int
    family: str
    age: tuple[str, str, str, int]
    chains: tuple[Chain, ...] = ()
    datagrams: DatagramProxy | None = None
    origin: Origin = Origin()


def server_part(bound: BoundServer) -> Part:
    """Plan what a server of HTTP adds; other servers add no chains until a rule says where bytes go."""
    server = bound.server
    if not bound.table:
        return _part(bound, ())
    proxy = HttpProxy(
        stat_prefix=f"outbound_{server.bind}_{bound.port}",
        route_name=bound.table,
        client_certificate="SANITIZE_SET",
        mesh_alpn=True,
        edge=True,
    )
    match = ChainMatch(server_names=server.server_names if server.tls else ())
    name = bound.table if server.tls else ""
    return _part(bound, (Chain(name=name, match=match, proxy=proxy, tls=server.tls, origin=server.origin),))


def rule_part(bound: BoundServer, rules: Traffic, place: Place) -> Part | None:
    """Plan what rules add for a server of bytes."""
    taken = [host for said in rules.hosts for host in bound.server.taken(said, rules.namespace)]
    if bound.table or not taken:
        return None
    if bound.server.carries == "udp":
        return _datagram_part(bound, rules)
    by_sni = bound.server.carries == "sni" or (rules.gateway_semantics and rules.tls)
    make = _sni_chains if by_sni else _tcp_chains
    chains = tuple(make(bound, rules, place))
    return _part(bound, chains) if chains else None


def plan_gateway_listener(parts: Iterable[Part], mesh: Mesh) -> Listener | None:
    """Plan a listener of all parts for it; the oldest gateway says what kind it is, and of bytes has it alone. None:
    nobody says where anything goes."""
    ordered = sorted(parts, key=lambda part: part.age)
    first = ordered[0]
    if first.family == "udp":
        return _datagram_listener(ordered)
    address, port = first.address, first.port
    fitting = (
        part for part in ordered if part.family == first.family and (first.family != "tcp" or part.age == first.age)
    )
    chains = tuple(free_chains(chain for part in fitting for chain in part.chains))
    if not chains:
        return None
    return Listener(
        name=names.listener(address, port),
        address=address,
        port=port,
        direction="OUTBOUND",
        chains=chains,
        bind=True,
        filters=inspectors(chains, tls=any(chain.tls for chain in chains)),
        access_log=mesh.access_log,
    )


def _datagram_part(bound: BoundServer, rules: Traffic) -> Part | None:
    if not rules.tcp:
        return None
    rule = rules.tcp[0]
    named = ((names.datagrams(to.port, to.host) if to.host else names.BLACK_HOLE, weight) for to, weight in rule.shares)
    return replace(_part(bound, ()), datagrams=DatagramProxy(_name(bound), tuple(named)), origin=rule.origin)


def _datagram_listener(parts: Iterable[Part]) -> Listener | None:
    """Plan where datagrams go: no proxy looks into them."""
    part = next((one for one in parts if one.datagrams), None)
    if part is None:
        return None
    return Listener(
        name=names.datagram_listener(part.address, part.port),
        address=part.address,
        port=part.port,
        direction="OUTBOUND",
        chains=(),
        datagrams=part.datagrams,
        bind=True,
        origin=part.origin,
    )


def _part(bound: BoundServer, chains: tuple[Chain, ...]) -> Part:
    return Part(
        address=bound.server.bind,
        port=bound.port,
        family=_FAMILIES[bound.server.carries],
        age=(*bound.gateway.age, bound.index),
        chains=chains,
    )


def _sni_chains(bound: BoundServer, rules: Traffic, place: Place) -> Iterator[Chain]:
    server = bound.server
    for rule in rules.tls:
        proxy = plan_tcp(rule, place, _name(bound))
        for match in rule.matches:
            taken = tuple(one for host in match.server_names for one in server.taken(host, rules.namespace))
            if taken and match.where.holds(place.site):
                yield _chain(bound, ChainMatch(server_names=sni_hosts(taken)), proxy, rule.origin)


def _tcp_chains(bound: BoundServer, rules: Traffic, place: Place) -> Iterator[Chain]:
    server = bound.server
    where = ChainMatch(server_names=server.server_names if server.tls else ())
    for rule in rules.tcp:
        if any(match.where.holds(place.site) for match in rule.matches):
            protocol: Literal["", "mongo"] = "mongo" if server.mongo else ""
            proxy = replace(plan_tcp(rule, place, _name(bound)), protocol=protocol)
            yield _chain(bound, where, proxy, rule.origin)


def _chain(bound: BoundServer, match: ChainMatch, proxy: TcpProxy, origin: Origin) -> Chain:
    return Chain(name=_name(bound), match=match, proxy=proxy, tls=bound.server.tls, origin=origin)


def _name(bound: BoundServer) -> str:
    server, gateway = bound.server, bound.gateway
    return f"{server.carries}.{server.number}.{gateway.name}.{gateway.namespace}"
