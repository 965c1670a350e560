"""Type URLs of the resources that xDS carries."""

from typing import Final

PREFIX: Final = "type.googleapis.com/"

CLUSTER: Final = PREFIX + "envoy.config.cluster.v3.Cluster"
ENDPOINT: Final = PREFIX + "envoy.config.endpoint.v3.ClusterLoadAssignment"
LISTENER: Final = PREFIX + "envoy.config.listener.v3.Listener"
ROUTE: Final = PREFIX + "envoy.config.route.v3.RouteConfiguration"
VIRTUAL_HOST: Final = PREFIX + "envoy.config.route.v3.VirtualHost"
EXTENSION_CONFIG: Final = PREFIX + "envoy.config.core.v3.TypedExtensionConfig"
SECRET: Final = PREFIX + "envoy.extensions.transport_sockets.tls.v3.Secret"


def message_name(type_url: str) -> str:
    """Return the full name of the message that a type URL names: what follows its last slash."""
    return type_url.rpartition("/")[2]
