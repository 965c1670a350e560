"""A port on which a workload takes traffic, whoever declared it."""

from typing import Literal

from msgspec import Struct

from lateen.base.refs import Origin
from lateen.plan.listener import DownstreamTls
from lateen.plan.upstream import ConnectionPool, Endpoint, Protocol
from lateen.registry.service import ServicePort

ANY_ADDRESS = "0.0.0.0"
CONNECT_TIMEOUT = 10_000

Carries = Literal["http", "tcp", "auto"]


class InboundPort(Struct, frozen=True, kw_only=True):
    """A port of the workload that a service declares. `number`: the container's port; `host` and
    `service_port`: of the (oldest) service that leads here; `protocol`: towards the application. `mongo`: its
    bytes are MongoDB's.

    What a Sidecar may say: the `address` that chains are named by, and whether it is `bound` there instead of
    captured; the application's `endpoint`, or the port of the address that was asked for (0 = the same); `tls`
    that clients from outside the mesh speak, where the mesh's is disabled."""

    number: int
    carries: Carries
    protocol: Protocol
    host: str
    service_port: int
    mongo: bool = False
    address: str = ANY_ADDRESS
    bound: bool = False
    endpoint: Endpoint | None = None
    port_override: int = 0
    tls: DownstreamTls | None = None
    pool: ConnectionPool | None = None
    connect_timeout_ms: int = CONNECT_TIMEOUT
    origin: Origin = Origin()


def carries(port: ServicePort) -> Carries:
    """Tell what a port carries, as chains tell it."""
    return "http" if port.is_http else "auto" if port.is_auto else "tcp"


def protocol_towards(port: ServicePort) -> Protocol:
    """Tell what is spoken to the application at a port."""
    if port.is_http:
        return "http2" if port.is_http2 else "http1"
    return "downstream" if port.is_auto else "tcp"
