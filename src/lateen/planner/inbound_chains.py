"""The chains of an inbound port: one for each way in which the application's peers may speak to it.

Mesh clients mark their TLS by ALPN, so that under PERMISSIVE it can be told from plaintext and from the
application's own TLS.
"""

from collections.abc import Iterator
from typing import Literal

from msgspec import Struct, structs

from lateen.base.refs import Origin
from lateen.plan.listener import (
    MESH_ALPN_HTTP,
    MESH_ALPN_TCP,
    PLAIN_ALPN_HTTP,
    Chain,
    ChainMatch,
    DownstreamTls,
    HttpProxy,
    TcpProxy,
)
from lateen.plan.matching import RouteMatch
from lateen.plan.route import Destination, Forward, Retries, Route, RouteConfig, VirtualHost
from lateen.planner import names
from lateen.planner.inbound_port import Carries, InboundPort, Limits
from lateen.security.peer_authentication import Mode, PeerModes

_MESH_TLS = DownstreamTls(mode="ISTIO_MUTUAL")
# The one retry that is safe for any request: the application had not seen it.
_RETRIES = Retries(on="reset-before-request")


def plan_chains(port: InboundPort, modes: PeerModes) -> Iterator[Chain]:
    """Plan the chains of a declared port."""
    site, mode = _Site.of_port(port), modes.at(port.number)
    if port.tls is None or mode != "DISABLE":
        yield from _port_chains(site, port.carries, mode)
        return
    make = _http if port.carries == "http" else _tcp
    plain = make(site, ChainMatch(port=site.port, transport="tls"))
    yield structs.replace(plain, tls=port.tls)


def plan_undeclared(number: int, mode: Mode) -> Iterator[Chain]:
    """Plan the chains of a port that no service declares (0 = all of them): to where the connection was going."""
    return _sniffed_chains(_Site.of_undeclared(number), mode)


class _Site(Struct, frozen=True, kw_only=True):
    """Where a set of chains stands: its name for TCP and HTTP chains, the port it takes (0 = any), and
    where it sends."""

    name: str
    http_name: str
    port: int
    upstream: str
    mongo: bool = False
    limits: Limits = Limits()
    origin: Origin = Origin()

    @classmethod
    def of_port(cls, port: InboundPort) -> "_Site":
        name = names.listener(port.address, port.number)
        upstream = names.inbound(port.number)
        return cls(
            name=name,
            http_name=name,
            port=port.number,
            upstream=upstream,
            mongo=port.mongo,
            limits=port.limits,
            origin=port.origin,
        )

    @classmethod
    def of_undeclared(cls, number: int) -> "_Site":
        return cls(
            name=names.VIRTUAL_INBOUND,
            http_name=f"{names.VIRTUAL_INBOUND}-catchall-http",
            port=number,
            upstream=names.INBOUND_PASSTHROUGH,
        )


def _port_chains(site: _Site, carries: Carries, mode: Mode) -> Iterator[Chain]:
    if carries == "http":
        yield from _http_chains(site, mode)
    elif carries == "tcp":
        yield from _tcp_chains(site, mode)
    else:
        yield from _sniffed_chains(site, mode)


def _http_chains(site: _Site, mode: Mode) -> Iterator[Chain]:
    if mode == "STRICT":
        yield _http(site, ChainMatch(port=site.port, transport="tls"), tls=True)
    elif mode == "DISABLE":
        yield _http(site, ChainMatch(port=site.port))
    else:
        alpn = MESH_ALPN_TCP + MESH_ALPN_HTTP
        yield _http(site, ChainMatch(port=site.port, transport="tls", alpn=alpn), tls=True)
        yield _http(site, ChainMatch(port=site.port, transport="raw_buffer"))


def _tcp_chains(site: _Site, mode: Mode) -> Iterator[Chain]:
    if mode == "STRICT":
        yield _tcp(site, ChainMatch(port=site.port, transport="tls"), tls=True)
    elif mode == "DISABLE":
        yield _tcp(site, ChainMatch(port=site.port))
    else:
        alpn = MESH_ALPN_TCP + MESH_ALPN_HTTP
        yield _tcp(site, ChainMatch(port=site.port, transport="tls", alpn=alpn), tls=True)
        yield _tcp(site, ChainMatch(port=site.port, transport="tls"))
        yield _tcp(site, ChainMatch(port=site.port, transport="raw_buffer"))


def _sniffed_chains(site: _Site, mode: Mode) -> Iterator[Chain]:
    if mode != "DISABLE":
        yield _http(site, ChainMatch(port=site.port, transport="tls", alpn=MESH_ALPN_HTTP), tls=True)
    if mode == "STRICT":
        yield _tcp(site, ChainMatch(port=site.port, transport="tls"), tls=True)
        return
    if mode == "PERMISSIVE":
        yield _tcp(site, ChainMatch(port=site.port, transport="tls", alpn=MESH_ALPN_TCP), tls=True)
    yield _http(site, ChainMatch(port=site.port, transport="raw_buffer", alpn=PLAIN_ALPN_HTTP))
    yield _tcp(site, ChainMatch(port=site.port, transport="raw_buffer"))
    yield _tcp(site, ChainMatch(port=site.port, transport="tls"))


def _http(site: _Site, match: ChainMatch, tls: bool = False) -> Chain:
    proxy = HttpProxy(
        stat_prefix=_stat_prefix(site),
        routes=_routes(site.upstream, site.port),
        client_certificate="APPEND_FORWARD" if tls else "SANITIZE",
    )
    secured = _MESH_TLS if tls else None
    return Chain(name=site.http_name, match=match, proxy=proxy, tls=secured, origin=site.origin)


def _tcp(site: _Site, match: ChainMatch, tls: bool = False) -> Chain:
    readable = tls or match.transport != "tls"
    protocol: Literal["", "mongo"] = "mongo" if site.mongo and readable else ""
    proxy = TcpProxy(
        stat_prefix=site.upstream,
        upstreams=((site.upstream, 100),),
        protocol=protocol,
        idle_ms=site.limits.idle_ms,
        max_duration_ms=site.limits.max_duration_ms,
    )
    secured = _MESH_TLS if tls else None
    return Chain(name=site.name, match=match, proxy=proxy, tls=secured, origin=site.origin)


def _stat_prefix(site: _Site) -> str:
    return f"inbound_{site.name}" if site.upstream != names.INBOUND_PASSTHROUGH else site.upstream


def _routes(upstream: str, port: int) -> RouteConfig:
    action = Forward(destinations=(Destination(upstream=upstream),), retries=_RETRIES)
    route = Route(name="default", match=RouteMatch(), action=action)
    host = VirtualHost(name=f"inbound|http|{port}", domains=("*",), routes=(route,))
    return RouteConfig(name=upstream, virtual_hosts=(host,))
