"""Mark requests to the mesh as HTTP where the upstream's own TLS context says bytes.

An upstream of unnamed protocol is reached both by an HTTP proxy and as plain bytes, by one TLS context, which
offers the mark of bytes. Such a cluster says in its metadata, `istio.alpn`, what HTTP is to offer instead;
Envoy takes it from a filter state. Clusters that say nothing keep their own ALPN, a user's TLS among them.
"""

from lateen.envoy.fields import Extension
from lateen.plan.listener import HttpProxy
from lateen.proto.descriptors import message

_CHOSEN = "%METADATA(CLUSTER:istio:alpn)%"
_OVERRIDE = "envoy.network.application_protocols"


def mesh_alpn(proxy: HttpProxy) -> Extension | None:
    """The filter that overrides ALPN by the chosen cluster's metadata."""
    if not proxy.mesh_alpn:
        return None
    config = message("envoy.extensions.filters.http.set_filter_state.v3.Config")()
    override = config.on_request_headers.add(object_key=_OVERRIDE, skip_if_empty=True)
    override.format_string.text_format_source.inline_string = _CHOSEN
    override.format_string.omit_empty_values = True
    return Extension("istio.alpn", config)
