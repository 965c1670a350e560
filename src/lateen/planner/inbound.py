"""The inbound side of a workload: what it accepts on which port, and from whom.

Chains per declared port come first, then catch-alls to the port that was asked for; each set by what
PeerAuthentication makes of the port.
"""

from collections.abc import Iterable, Iterator

from lateen.plan.listener import Chain, ChainMatch, Listener, TcpProxy
from lateen.plan.upstream import LocalityEndpoints, Upstream
from lateen.planner import names
from lateen.planner.inbound_chains import plan_chains, plan_undeclared
from lateen.planner.inbound_port import InboundPort
from lateen.security.peer_authentication import PeerModes

_LOOPBACK = "127.0.0.6"

PASSTHROUGH = Upstream(
    name=names.INBOUND_PASSTHROUGH, discovery="ORIGINAL_DST", protocol="downstream", bind_address=_LOOPBACK
)

_BLACK_HOLE = Chain(
    name=f"{names.VIRTUAL_INBOUND}-blackhole",
    match=ChainMatch(port=names.INBOUND_PORT),
    proxy=TcpProxy(stat_prefix=names.BLACK_HOLE, upstreams=((names.BLACK_HOLE, 100),)),
)


def plan_listeners(ports: Iterable[InboundPort], modes: PeerModes, access_log: str) -> Iterator[Listener]:
    """Plan `virtualInbound` of a workload with these ports, and a listener for each that is bound."""
    ports = tuple(ports)
    yield plan_listener([port for port in ports if not port.bound], modes, access_log)
    for port in ports:
        if port.bound:
            yield Listener(
                name=names.listener(port.address, port.number),
                address=port.address,
                port=port.number,
                direction="INBOUND",
                chains=tuple(plan_chains(port, modes)),
                bind=True,
                filters=("tls_inspector", "http_inspector"),
                access_log=access_log,
                origin=port.origin,
            )


def plan_listener(ports: Iterable[InboundPort], modes: PeerModes, access_log: str) -> Listener:
    """Plan `virtualInbound` of a workload with these ports, one entry per port number."""
    declared = sorted(ports, key=lambda port: port.number)
    known = {port.number for port in declared}
    chains = [_BLACK_HOLE]
    for port in declared:
        chains += plan_chains(port, modes)
    for number, mode in modes.ports:
        if number not in known:
            chains += plan_undeclared(number, mode)
    chains += plan_undeclared(0, modes.mode)
    return Listener(
        name=names.VIRTUAL_INBOUND,
        address=names.ANY_ADDRESS,
        port=names.INBOUND_PORT,
        direction="INBOUND",
        chains=tuple(chains),
        bind=True,
        # Only the address is restored: handing on (use_original_dst) would lead to outbound listeners.
        filters=("original_dst", "tls_inspector", "http_inspector"),
        access_log=access_log,
    )


def plan_upstreams(ports: Iterable[InboundPort]) -> Iterator[Upstream]:
    """Plan the upstreams of these ports: to the application's endpoint, or to where the connection was going, from
    the loopback address that capture leaves alone."""
    for port in ports:
        yield Upstream(
            name=names.inbound(port.number),
            discovery="STATIC" if port.endpoint else "ORIGINAL_DST",
            protocol="downstream" if port.limits.as_client and port.carries == "http" else port.protocol,
            localities=(LocalityEndpoints((port.endpoint,)),) if port.endpoint else (),
            bind_address="" if port.endpoint else _LOOPBACK,
            port_override=port.port_override,
            pool=port.limits.pool,
            connect_timeout_ms=port.limits.connect_timeout_ms,
            keepalive=port.limits.keepalive,
            host=port.host,
            port=port.service_port,
            origin=port.origin,
        )
