from lateen.envoy.build import Builder
from lateen.envoy.listener import listener
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
from lateen.plan.matching import RouteMatch
from lateen.plan.route import Destination, Forward, Route, RouteConfig, VirtualHost
from lateen.plan.upstream import Upstream
from lateen.proto.descriptors import message

INBOUND, OUTBOUND = 1, 2
MESH = DownstreamTls(mode="ISTIO_MUTUAL")


def to(*names):
    return TcpProxy(stat_prefix=names[0], upstreams=tuple((name, 1) for name in names))


def chain(name, proxy, tls=None, **match):
    return Chain(name=name, match=ChainMatch(**match), proxy=proxy, tls=tls)


def built(**plan):
    plan = {"name": "l", "address": "0.0.0.0", "port": 80, "direction": "OUTBOUND", "chains": (), **plan}
    return message("envoy.config.listener.v3.Listener").FromString(listener(Listener(**plan), "cluster.local"))


def test_a_listener_is_bound_only_when_the_plan_says_so():
    assert built().HasField("bind_to_port") and not built().bind_to_port.value
    assert not built(bind=True).HasField("bind_to_port")
    assert built(bind=True, use_original_dst=True).use_original_dst.value


def test_address_and_direction():
    found = built(direction="INBOUND", port=15006)
    assert found.traffic_direction == INBOUND
    assert (found.address.socket_address.address, found.address.socket_address.port_value) == (
        "0.0.0.0",
        15006,
    )


def test_inspection_that_takes_too_long_does_not_end_the_connection():
    found = built(filters=("tls_inspector",), filters_timeout_ms=5000)
    assert found.listener_filters_timeout.seconds == 5
    assert found.continue_on_listener_filters_timeout
    patient = built(filters=("tls_inspector",))
    assert patient.HasField("listener_filters_timeout") and patient.listener_filters_timeout.ByteSize() == 0
    assert not built().HasField("listener_filters_timeout")


def test_connections_that_no_chain_takes_are_logged_by_the_listener():
    [log] = built(access_log="/dev/stdout").access_log
    assert list(log.filter.response_flag_filter.flags) == ["NR"]
    assert not built().access_log


def test_equal_plans_are_equal_bytes():
    plan = Listener(name="l", address="0.0.0.0", port=1, direction="OUTBOUND", chains=(chain("a", to("b")),))
    assert listener(plan, "cluster.local") == listener(plan, "cluster.local")


def inbound_routes():
    forward = Forward(destinations=(Destination(upstream="inbound|9080||"),), retries=None)
    hosts = (
        VirtualHost(name="inbound|http|9080", domains=("*",), routes=(Route(match=RouteMatch(), action=forward),)),
    )
    return RouteConfig(name="inbound|9080||", virtual_hosts=hosts)


def test_envoy_takes_a_sidecars_listeners(accepted):
    build = Builder()
    inbound = HttpProxy(stat_prefix="inbound_9080", routes=inbound_routes(), client_certificate="APPEND_FORWARD")
    outbound = HttpProxy(stat_prefix="outbound_9080", route_name="9080", mesh_alpn=True)
    plans = [
        Listener(
            name="virtualOutbound",
            address="0.0.0.0",
            port=15001,
            direction="OUTBOUND",
            chains=(chain("blackhole", to("BlackHoleCluster"), port=15001),),
            default_chain=chain("catchall", to("PassthroughCluster")),
            bind=True,
            use_original_dst=True,
            access_log="/dev/stdout",
        ),
        Listener(
            name="0.0.0.0_9080",
            address="0.0.0.0",
            port=9080,
            direction="OUTBOUND",
            chains=(chain("http", outbound, transport="raw_buffer", alpn=("http/1.1", "h2c")),),
            default_chain=chain("catchall", to("PassthroughCluster")),
            filters=("tls_inspector", "http_inspector"),
        ),
        Listener(
            name="10.96.0.7_3306",
            address="10.96.0.7",
            port=3306,
            direction="OUTBOUND",
            chains=(chain("tcp", to("PassthroughCluster", "BlackHoleCluster")),),
        ),
        Listener(
            name="virtualInbound",
            address="0.0.0.0",
            port=15006,
            direction="INBOUND",
            chains=(
                chain("blackhole", to("BlackHoleCluster"), port=15006),
                chain("mtls", inbound, MESH, port=9080, transport="tls", alpn=MESH_ALPN_HTTP + MESH_ALPN_TCP),
                chain("plain", inbound, port=9080, transport="raw_buffer"),
                chain("own", to("inbound|9080||"), port=9080, transport="tls"),
                chain("mysql", to("InboundPassthroughCluster"), port=3306),
                chain("any-http", inbound, MESH, transport="tls", alpn=MESH_ALPN_HTTP),
                chain("any-tcp", to("InboundPassthroughCluster"), MESH, transport="tls", alpn=MESH_ALPN_TCP),
                chain("any-sniffed", inbound, transport="raw_buffer", alpn=("http/1.1", "h2c")),
                chain("any", to("InboundPassthroughCluster")),
            ),
            bind=True,
            filters=("original_dst", "tls_inspector", "http_inspector"),
            access_log="/dev/stdout",
        ),
        Listener(
            name="0.0.0.0_8443",
            address="0.0.0.0",
            port=8443,
            direction="OUTBOUND",
            chains=(
                chain(
                    "https",
                    HttpProxy(
                        stat_prefix="g",
                        route_name="https.443",
                        client_certificate="SANITIZE_SET",
                        edge=True,
                        mesh_alpn=True,
                    ),
                    DownstreamTls(mode="SIMPLE", credentials=("shop",), roots="shop"),
                    server_names=("shop.example.com", "*.shop.example.com"),
                ),
                chain("passthrough", to("PassthroughCluster"), server_names=("other.example.com",)),
            ),
            bind=True,
            filters=("tls_inspector",),
        ),
    ]
    clusters = [
        Upstream(name="BlackHoleCluster", discovery="STATIC"),
        *(
            Upstream(name=name, discovery="ORIGINAL_DST", protocol="downstream")
            for name in ("PassthroughCluster", "InboundPassthroughCluster", "inbound|9080||")
        ),
    ]
    accepted(clusters=map(build.cluster, clusters), listeners=map(build.listener, plans))
