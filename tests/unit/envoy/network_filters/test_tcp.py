from lateen.envoy.network_filters.tcp import tcp_proxy
from lateen.plan.listener import Chain, ChainMatch, HttpProxy, Listener, TcpProxy

LISTENER = Listener(name="l", address="0.0.0.0", port=80, direction="INBOUND", chains=(), access_log="/dev/stdout")


def built(*upstreams):
    proxy = TcpProxy(stat_prefix="s", upstreams=upstreams)
    return tcp_proxy(Chain(name="c", match=ChainMatch(), proxy=proxy), LISTENER).config


def test_http_is_not_for_this_filter():
    http = HttpProxy(stat_prefix="s", route_name="80")
    assert tcp_proxy(Chain(name="c", match=ChainMatch(), proxy=http), LISTENER) is None


def test_one_upstream_is_named():
    assert built(("a", 0)).cluster == "a"
    assert built(("a", 1)).access_log[0].name == "envoy.access_loggers.file"


def test_several_share_by_weight_and_those_of_none_are_left_out():
    found = built(("a", 1), ("b", 0), ("c", 3)).weighted_clusters.clusters
    assert [(each.name, each.weight) for each in found] == [("a", 1), ("c", 3)]
