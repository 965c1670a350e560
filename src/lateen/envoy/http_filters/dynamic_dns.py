"""Look up the host that a request asks for, where its route leads to hosts that are found so."""

from lateen.envoy.dynamic_dns import share_cache
from lateen.envoy.fields import Extension
from lateen.plan.listener import HttpProxy
from lateen.proto.descriptors import message


def dynamic_dns(proxy: HttpProxy) -> Extension | None:
    """Envoy's dynamic_forward_proxy for HTTP; requests to other clusters pass untouched."""
    if not proxy.dynamic_dns:
        return None
    config = message("envoy.extensions.filters.http.dynamic_forward_proxy.v3.FilterConfig")()
    share_cache(config.dns_cache_config)
    return Extension("envoy.filters.http.dynamic_forward_proxy", config)
