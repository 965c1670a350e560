from lateen.envoy.build import Builder
from lateen.envoy.network_filters.mongo import mongo_proxy
from lateen.plan.listener import Chain, ChainMatch, HttpProxy, Listener, TcpProxy

MONGO = TcpProxy(stat_prefix="outbound|27017||m", upstreams=(("a", 1),), protocol="mongo")
CHAIN = Chain(name="c", match=ChainMatch(), proxy=MONGO)
LISTENER = Listener(name="l", address="127.0.0.1", port=0, direction="OUTBOUND", chains=(CHAIN,))


def test_only_what_is_mongodbs_is_looked_into():
    for other in (TcpProxy(stat_prefix="s", upstreams=(("a", 1),)), HttpProxy(stat_prefix="s", route_name="80")):
        assert mongo_proxy(Chain(name="c", match=ChainMatch(), proxy=other), LISTENER) is None
    assert mongo_proxy(CHAIN, LISTENER).config.stat_prefix == "outbound|27017||m"


def test_envoy_takes_it_before_the_bytes_leave(accepted):
    built = Builder().listener(LISTENER)
    accepted(listeners=[built])
