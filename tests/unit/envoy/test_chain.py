from lateen.base.refs import Origin
from lateen.envoy.chain import chain
from lateen.plan.listener import Chain, ChainMatch, DownstreamTls, HttpProxy, Listener, TcpProxy
from lateen.proto.descriptors import message

EVERYTHING = ChainMatch()
BYTES = TcpProxy(stat_prefix="b", upstreams=(("b", 1),))
HTTP = HttpProxy(stat_prefix="h", route_name="80")


def built(match=EVERYTHING, proxy=BYTES, **plan):
    target = message("envoy.config.listener.v3.FilterChain")()
    listener = Listener(name="l", address="0.0.0.0", port=80, direction="INBOUND", chains=())
    chain(target, Chain(name="c", match=match, proxy=proxy, **plan), listener, "cluster.local")
    return target


def test_matches():
    match = ChainMatch(
        port=80,
        prefixes=("10.0.0.0/8", "10.96.0.7", "fd00::1", "::/0"),
        server_names=("a.b",),
        transport="tls",
        alpn=("istio",),
    )
    found = built(match).filter_chain_match
    assert found.destination_port.value == 80
    ranges = [(each.address_prefix, each.prefix_len.value) for each in found.prefix_ranges]
    assert ranges == [("10.0.0.0", 8), ("10.96.0.7", 32), ("fd00::1", 128), ("::", 0)]
    assert (list(found.server_names), found.transport_protocol) == (["a.b"], "tls")
    assert list(found.application_protocols) == ["istio"]


def test_a_chain_for_everything_has_no_match():
    assert not built().HasField("filter_chain_match")


def test_one_filter_ends_the_chain():
    assert [each.name for each in built().filters] == ["envoy.filters.network.tcp_proxy"]
    assert [each.name for each in built(proxy=HTTP).filters] == ["envoy.filters.network.http_connection_manager"]


def test_tls_negotiates_http_where_http_is_spoken():
    for proxy, alpn in ((HTTP, b"http/1.1"), (BYTES, b"")):
        socket = built(proxy=proxy, tls=DownstreamTls(mode="ISTIO_MUTUAL")).transport_socket
        assert socket.name == "envoy.transport_sockets.tls"
        assert (b"http/1.1" in socket.typed_config.value) == bool(alpn)
    assert not built().HasField("transport_socket")


def test_a_chain_tells_where_it_comes_from():
    found = built(origin=Origin("ServiceEntry", "n", "a"))
    assert found.metadata.filter_metadata["istio"].fields["config"].string_value.endswith("/service-entry/a")
