"""Look into MongoDB's protocol and count what passes, as `mongo.<stat prefix>.*`."""

from lateen.envoy.fields import Extension
from lateen.plan.listener import Chain, Listener, TcpProxy
from lateen.proto.descriptors import message


def mongo_proxy(chain: Chain, listener: Listener) -> Extension | None:
    """Envoy's mongo_proxy; it changes nothing of what passes."""
    plan = chain.proxy
    if not isinstance(plan, TcpProxy) or plan.protocol != "mongo":
        return None
    config = message("envoy.extensions.filters.network.mongo_proxy.v3.MongoProxy")(stat_prefix=plan.stat_prefix)
    return Extension("envoy.filters.network.mongo_proxy", config)
