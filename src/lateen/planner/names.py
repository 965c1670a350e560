"""Names that Istio's users and tools know: clusters, SNI, listeners."""

PASSTHROUGH = "PassthroughCluster"
DYNAMIC_DNS = "AllowAnyDynamicDNSCluster"
BLACK_HOLE = "BlackHoleCluster"
INBOUND_PASSTHROUGH = "InboundPassthroughCluster"

VIRTUAL_OUTBOUND = "virtualOutbound"
VIRTUAL_INBOUND = "virtualInbound"
OUTBOUND_PORT = 15001
INBOUND_PORT = 15006
ANY_ADDRESS = "0.0.0.0"


def outbound(port: int, subset: str, host: str) -> str:
    """Name the upstream of a service's port and subset ("" = none)."""
    return f"outbound|{port}|{subset}|{host}"


def datagrams(port: int, host: str) -> str:
    """Name the upstream of a service's port of UDP."""
    return f"outbound_udp|{port}||{host}"


def inbound(port: int) -> str:
    """Name the upstream of a port of the proxy's own workload."""
    return f"inbound|{port}||"


def sni(port: int, subset: str, host: str) -> str:
    """Name that upstream in a TLS handshake, where `|` cannot stand."""
    return f"outbound_.{port}_.{subset}_.{host}"


def listener(address: str, port: int) -> str:
    """Name a listener."""
    return f"{address}_{port}"


def datagram_listener(address: str, port: int) -> str:
    """Name a listener for datagrams."""
    return f"udp_{address}_{port}"
