"""Two real Envoys: the client's marks its TLS, the server's tells by the marks what has come."""

import select
import socket
import ssl
import time
import urllib.error
import urllib.request

import pytest

from lateen.envoy.build import Builder
from lateen.envoy.http_filters.mesh_alpn import mesh_alpn
from lateen.plan.listener import (
    MESH_ALPN_HTTP,
    MESH_ALPN_TCP,
    Chain,
    ChainMatch,
    DownstreamTls,
    HttpProxy,
    Listener,
    TcpProxy,
)
from lateen.plan.matching import RouteMatch, StringMatch
from lateen.plan.route import Destination, DirectResponse, Forward, Route, RouteConfig, VirtualHost
from lateen.plan.upstream import Endpoint, LocalityEndpoints, Upstream, UpstreamTls

LOOPBACK = "127.0.0.1"
CLIENT = "spiffe://cluster.local/ns/default/sa/client"
SERVER = "spiffe://cluster.local/ns/default/sa/server"
BUILD = Builder()


def hosts(name, *routes):
    return RouteConfig(name=name, virtual_hosts=(VirtualHost(name=name, domains=("*",), routes=routes),))


def to(path, upstream):
    forward = Forward(destinations=(Destination(upstream=upstream),), retries=None)
    return Route(match=RouteMatch(path=StringMatch("prefix", path)), action=forward)


def upstream(name, port, protocol="tcp", **tls):
    endpoint = Endpoint(LOOPBACK, port, mesh_tls=True)
    return Upstream(
        name=name, discovery="STATIC", protocol=protocol, localities=(LocalityEndpoints((endpoint,)),), **tls
    )


def mesh(sans=(SERVER,)):
    return UpstreamTls(mode="ISTIO_MUTUAL", sni="outbound_.80_._.app", sans=sans)


def http(name, match, tls=None):
    answer = Route(match=RouteMatch(path=StringMatch("prefix", "/which")), action=DirectResponse(200, name))
    routes = hosts("inbound|80||", answer, to("/", "app"))
    details = "APPEND_FORWARD" if tls else "SANITIZE"
    proxy = HttpProxy(stat_prefix=name, routes=routes, client_certificate=details)
    return Chain(name=name, match=match, proxy=proxy, tls=tls)


def tcp(name, match, to_upstream, tls=None):
    proxy = TcpProxy(stat_prefix=name, upstreams=((to_upstream, 100),))
    return Chain(name=name, match=match, proxy=proxy, tls=tls)


def permissive(port, log=""):
    """What stands at an inbound port of unnamed protocol under PERMISSIVE."""
    own = DownstreamTls(mode="ISTIO_MUTUAL")
    return Listener(
        name="virtualInbound",
        address=LOOPBACK,
        port=port,
        direction="INBOUND",
        bind=True,
        filters=("tls_inspector", "http_inspector"),
        access_log=log,
        chains=(
            http("mesh-http", ChainMatch(transport="tls", alpn=MESH_ALPN_HTTP), own),
            tcp("mesh-tcp", ChainMatch(transport="tls", alpn=MESH_ALPN_TCP), "mesh-tcp", own),
            http("plain-http", ChainMatch(transport="raw_buffer", alpn=("http/1.1", "h2c"))),
            tcp("plain-tcp", ChainMatch(transport="raw_buffer"), "plain-tcp"),
            tcp("own-tls", ChainMatch(transport="tls"), "own-tls"),
        ),
    )


@pytest.fixture
def server(free_port, run_envoy, sds, listen, tls_server_context, tmp_path):
    """A server's proxy; its applications answer with the name of the chain that reached them."""
    port = free_port()
    greet = {name: listen(lambda _, data, name=name: name.encode()) for name in ("mesh-tcp", "plain-tcp")}
    greet["own-tls"] = listen(lambda *_: b"own-tls", tls_server_context("app.test", ["http/1.1"]))
    greet["app"] = listen(_show_peer)
    run_envoy(
        "server",
        clusters=[BUILD.cluster(upstream(name, at)) for name, at in greet.items()],
        listeners=[BUILD.listener(permissive(port, str(tmp_path / "access.log")))],
        sds_port=sds(SERVER),
    )
    return port


def _show_peer(_, data):
    lines = data.decode().lower().split("\r\n")
    peer = next((line for line in lines if line.startswith("x-forwarded-client-cert")), "nobody").encode()
    return b"HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: %d\r\n\r\n%b" % (len(peer), peer)


@pytest.fixture
def client(free_port, run_envoy, sds, server, listen, tls_server_context, tmp_path, authority):
    """A client's proxy: (its HTTP port, its TCP port). Paths choose the upstream.

    `/twice` goes by HTTP/2 through the proxy itself, to reach its upstream of unnamed protocol by HTTP/2.
    """
    ports = (free_port(), free_port(), free_port())
    (tmp_path / "roots.pem").write_bytes(authority.roots)
    user = UpstreamTls(mode="SIMPLE", sni="app.test", sans=("app.test",), ca_file=str(tmp_path / "roots.pem"))
    knows_both = tls_server_context("app.test", ["istio", "istio-http/1.1", "http/1.1"])
    foreign = listen(_show_alpn, knows_both)
    routes = [to(f"/{name}", name) for name in ("http1", "http2", "downstream", "foreign", "wrong")]
    run_envoy(
        "client",
        clusters=[
            BUILD.cluster(upstream("http1", server, "http1", auto_tls=mesh())),
            BUILD.cluster(upstream("http2", server, "http2", auto_tls=mesh(()))),
            BUILD.cluster(upstream("downstream", server, "downstream", auto_tls=mesh())),
            BUILD.cluster(upstream("foreign", foreign, "downstream", tls=user)),
            BUILD.cluster(upstream("wrong", server, "http1", tls=mesh((CLIENT,)))),
            BUILD.cluster(upstream("itself", ports[2], "http2")),
        ],
        listeners=[
            BUILD.listener(_outbound("http", ports[0], *routes, to("/twice", "itself"))),
            BUILD.listener(_outbound("again", ports[2], to("/twice", "downstream"))),
            BUILD.listener(
                Listener(
                    name="tcp",
                    address=LOOPBACK,
                    port=ports[1],
                    direction="OUTBOUND",
                    bind=True,
                    chains=(tcp("tcp", ChainMatch(), "downstream"),),
                )
            ),
        ],
        sds_port=sds(CLIENT),
    )
    return ports[:2]


def _show_alpn(connection, _):
    chosen = connection.selected_alpn_protocol().encode()
    return b"HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: %d\r\n\r\n%b" % (len(chosen), chosen)


def _outbound(name, port, *routes):
    proxy = HttpProxy(stat_prefix=name, routes=hosts(name, *routes), mesh_alpn=True)
    chain = Chain(name=name, match=ChainMatch(), proxy=proxy)
    return Listener(name=name, address=LOOPBACK, port=port, direction="OUTBOUND", bind=True, chains=(chain,))


def get(port, path):
    with urllib.request.urlopen(f"http://{LOOPBACK}:{port}{path}", timeout=10) as answer:
        return answer.read().decode()


def exchange(port, data, wrap=lambda raw: raw):
    raw = socket.create_connection((LOOPBACK, port), timeout=10)
    with raw, wrap(raw) as spoken:
        spoken.sendall(data)
        return spoken.recv(100).decode()


def test_the_server_tells_by_marks_what_has_come(client, server, tmp_path):
    http_port, tcp_port = client
    app_tls = ssl.create_default_context(cafile=tmp_path / "roots.pem")
    app_tls.set_alpn_protocols(["http/1.1"])
    for path in ("/http1", "/http2", "/downstream", "/twice"):
        # The peer's identity comes only over the mesh's own TLS, by HTTP.
        assert f"uri={CLIENT}" in get(http_port, path), path
    assert exchange(tcp_port, b"GET / HTTP/1.1\r\n\r\n") == "mesh-tcp"
    assert get(server, "/which") == "plain-http"
    assert get(server, "/") == "nobody"
    assert exchange(server, b"\x01bytes\n") == "plain-tcp"
    assert exchange(server, b"x", lambda raw: app_tls.wrap_socket(raw, server_hostname="app.test")) == "own-tls"
    assert get(http_port, "/foreign") == "http/1.1", "a user's TLS server must not see the mesh's marks"
    with pytest.raises(urllib.error.HTTPError, match="503"):
        get(http_port, "/wrong")
    _wait_for_lines(tmp_path / "access.log", 8)
    log = (tmp_path / "access.log").read_text()
    for spoken in (
        "/http1 HTTP/1.1",
        "/http2 HTTP/2",
        "/downstream HTTP/1.1",
        "/twice HTTP/2",
        "/which HTTP/1.1",
    ):
        assert f'"GET {spoken}"' in log


def _wait_for_lines(file, count):
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline and len(file.read_text().splitlines()) < count:
        select.select([], [], [], 0.02)


def test_only_where_the_proxy_speaks_to_the_mesh():
    assert mesh_alpn(HttpProxy(stat_prefix="", route_name="80")) is None
    assert mesh_alpn(HttpProxy(stat_prefix="", route_name="80", mesh_alpn=True)) is not None
