"""Carry bytes to an upstream, or to one of several by weight."""

from lateen.envoy.access_loggers import log_to
from lateen.envoy.fields import Extension, milliseconds
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
    if plan.idle_ms >= 0:
        milliseconds(config.idle_timeout, plan.idle_ms)
    if plan.max_duration_ms:
        milliseconds(config.max_downstream_connection_duration, plan.max_duration_ms)
    if plan.tunnel is not None:
        config.tunneling_config.hostname = plan.tunnel.target
        config.tunneling_config.use_post = plan.tunnel.post
    log_to(config.access_log, listener)
    return Extension("envoy.filters.network.tcp_proxy", config)
