"""Hosts that are looked up when a client asks for them: a cluster, and the filters that fill it.

https://www.envoyproxy.io/docs/envoy/v1.40.0/intro/arch_overview/http/http_proxying.html
"""

from typing import Any

from lateen.envoy.fields import Extension
from lateen.proto.descriptors import message

# Cluster and filters share what was looked up by giving the same cache; its settings must be equal everywhere.
_CACHE = "dynamic_dns"
_MOST_HOSTS = 1024
# Clients choose the name, and whoever answers for it the address: neither may lead to the proxy's own machine.
_OWN = (("0.0.0.0", 8), ("127.0.0.0", 8), ("169.254.0.0", 16))


def dynamic_cluster(*, checks_names: bool) -> Extension:
    """The cluster of hosts that were asked for. `checks_names`: TLS asks for that very name, and checks it."""
    config = message("envoy.extensions.clusters.dynamic_forward_proxy.v3.ClusterConfig")()
    share_cache(config.dns_cache_config)
    config.allow_insecure_cluster_options = not checks_names
    return Extension("envoy.clusters.dynamic_forward_proxy", config)


def share_cache(config: Any) -> None:
    """Fill an envoy.extensions.common.dynamic_forward_proxy.v3.DnsCacheConfig."""
    config.name = _CACHE
    config.dns_lookup_family = "V4_ONLY"
    config.max_hosts.value = _MOST_HOSTS
    for prefix, length in _OWN:  # what matches is left out
        config.resolved_address_filter.ranges.add(address_prefix=prefix).prefix_len.value = length
