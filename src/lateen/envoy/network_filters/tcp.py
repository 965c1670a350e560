"""Carry bytes to an upstream, or to one of several by weight."""

from lateen.envoy.access_loggers import log_to
from lateen.envoy.fields import Extension
from lateen.plan.listener import Chain, Listener, TcpProxy
from lateen.proto.descriptors import message


def tcp_proxy(chain: Chain, listener: Listener) -> Extension | None:
    """Envoy's tcp_proxy for chains that carry bytes."""
    plan = chain.proxy
    if not isinstance(plan, TcpProxy):
        return None
    config = message("envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy")(stat_prefix=plan.stat_prefix)
    if len(plan.upstreams) == 1:
        config.cluster = plan.upstreams[0][0]
    else:
        for name, weight in plan.upstreams:
            if weight:
                config.weighted_clusters.clusters.add(name=name, weight=weight)
    if plan.hash_source_ip:
        config.hash_policy.add().source_ip.SetInParent()
    log_to(config.access_log, listener)
    return Extension("envoy.filters.network.tcp_proxy", config)
