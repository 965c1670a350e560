import pytest

from lateen.envoy.build import Builder
from lateen.envoy.dynamic_dns import dynamic_cluster, share_cache
from lateen.plan.listener import Chain, ChainMatch, HttpProxy, Listener, TcpProxy
from lateen.plan.upstream import Upstream, UpstreamTls
from lateen.proto.descriptors import message

MESH = UpstreamTls(mode="ISTIO_MUTUAL", sni="outbound_.80_._.*.x", sans=("spiffe://cluster.local/ns/n/sa/a",))
SIMPLE = UpstreamTls(mode="SIMPLE")


def test_who_shares_what_was_looked_up_says_the_same_of_it():
    found = message("envoy.extensions.common.dynamic_forward_proxy.v3.DnsCacheConfig")()
    share_cache(found)
    assert found == dynamic_cluster(checks_names=True).config.dns_cache_config
    assert found.name and found.dns_lookup_family == 1  # V4_ONLY
    refused = [f"{one.address_prefix}/{one.prefix_len.value}" for one in found.resolved_address_filter.ranges]
    assert refused == ["0.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16"] and not found.resolved_address_filter.invert_match


def test_only_the_mesh_may_leave_names_unchecked():
    assert not dynamic_cluster(checks_names=True).config.allow_insecure_cluster_options
    assert dynamic_cluster(checks_names=False).config.allow_insecure_cluster_options


@pytest.mark.parametrize("protocol", ["tcp", "http1", "http2", "downstream"])
@pytest.mark.parametrize("tls", [None, SIMPLE, MESH])
def test_envoy_takes_cluster_and_filters_together(accepted, protocol, tls):
    build = Builder()
    http = HttpProxy(stat_prefix="h", route_name="80", dynamic_dns=True)
    by_name = TcpProxy(stat_prefix="t", upstreams=(("dynamic", 100),), dynamic_port=443)
    chains = (
        Chain(name="http", match=ChainMatch(transport="raw_buffer"), proxy=http),
        Chain(name="tls", match=ChainMatch(server_names=("*.x",)), proxy=by_name),
    )
    listener = Listener(
        name="l", address="127.0.0.1", port=0, direction="OUTBOUND", chains=chains, filters=("tls_inspector",)
    )
    cluster = Upstream(name="dynamic", discovery="DYNAMIC_DNS", protocol=protocol, tls=tls)
    accepted(clusters=[build.cluster(cluster)], listeners=[build.listener(listener)])
