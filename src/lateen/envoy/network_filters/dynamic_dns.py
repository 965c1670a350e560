"""Look up the server name of a TLS connection, where its upstream is found so."""

from lateen.envoy.dynamic_dns import share_cache
from lateen.envoy.fields import Extension
from lateen.plan.listener import Chain, Listener, TcpProxy
from lateen.proto.descriptors import message

_FILTER = "envoy.extensions.filters.network.sni_dynamic_forward_proxy.v3.FilterConfig"


def dynamic_dns(chain: Chain, listener: Listener) -> Extension | None:
    """Envoy's sni_dynamic_forward_proxy."""
    plan = chain.proxy
    if not isinstance(plan, TcpProxy) or not plan.dynamic_port:
        return None
    config = message(_FILTER)(port_value=plan.dynamic_port)
    share_cache(config.dns_cache_config)
    return Extension("envoy.filters.network.sni_dynamic_forward_proxy", config)
