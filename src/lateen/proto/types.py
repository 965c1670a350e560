"""Type URLs of the resources that xDS carries."""

from typing import Final

PREFIX: Final = "type.googleapis.com/"

CLUSTER: Final = PREFIX + "envoy.config.cluster.v3.Cluster"
ENDPOINT: Final = PREFIX + "envoy.config.endpoint.v3.ClusterLoadAssignment"
LISTENER: Final = PREFIX + "envoy.config.listener.v3.Listener"
ROUTE: Final = PREFIX + "envoy.config.route.v3.RouteConfiguration"
VIRTUAL_HOST: Final = PREFIX + "envoy.config.route.v3.VirtualHost"
NAME_TABLE: Final = PREFIX + "istio.networking.nds.v1.NameTable"
"""Istio's: all names in one resource."""
NAME: Final = NAME_TABLE + ".NameInfo"
"""Ours: a host's part of it, under the host as its name, so that only what changed is sent."""
SECRET: Final = PREFIX + "envoy.extensions.transport_sockets.tls.v3.Secret"


def message_name(type_url: str) -> str:
    """Return the full name of the message that a type URL names: what follows its last slash."""
    return type_url.rpartition("/")[2]
