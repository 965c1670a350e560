from lateen.envoy.network_filters.dynamic_dns import dynamic_dns
from lateen.plan.listener import Chain, ChainMatch, HttpProxy, Listener, TcpProxy

LISTENER = Listener(name="l", address="0.0.0.0", port=80, direction="OUTBOUND", chains=())


def of(proxy):
    return dynamic_dns(Chain(name="c", match=ChainMatch(), proxy=proxy), LISTENER)


def test_server_names_are_looked_up_where_that_is_asked_for():
    assert of(HttpProxy(stat_prefix="s", route_name="80", dynamic_dns=True)) is None
    assert of(TcpProxy(stat_prefix="s", upstreams=(("a", 1),))) is None
    assert of(TcpProxy(stat_prefix="s", upstreams=(("a", 1),), dynamic_port=8443)).config.port_value == 8443
