"""A port on which a workload takes traffic, whoever declared it."""

from typing import Literal

from msgspec import Struct

from lateen.base.refs import Origin
from lateen.kinds.networking.connection_pool import ConnectionPoolSettings
from lateen.plan.listener import DownstreamTls
from lateen.plan.upstream import ConnectionPool, Endpoint, Keepalive, Protocol
from lateen.planner import names
from lateen.planner.traffic_policy import Policy, connect_timeout, connection_pool, keepalive, plan_carriage
from lateen.registry.service import ServicePort

_CONNECT_TIMEOUT = 10_000

Carries = Literal["http", "tcp", "auto"]


class Limits(Struct, frozen=True, kw_only=True):
    """What a connection pool says of connections to the application. Times in milliseconds; `idle_ms` -1 = Envoy's;
    `as_client`: HTTP of the version that the client speaks."""

    pool: ConnectionPool | None = None
    connect_timeout_ms: int = _CONNECT_TIMEOUT
    keepalive: Keepalive | None = None
    idle_ms: int = -1
    max_duration_ms: int = 0
    as_client: bool = False

    @classmethod
    def of(cls, settings: ConnectionPoolSettings | None) -> "Limits":
        """Read a connection pool's settings."""
        if settings is None:
            return cls()
        carriage = plan_carriage(Policy(pool=settings))
        return cls(
            pool=connection_pool(settings),
            connect_timeout_ms=connect_timeout(settings, _CONNECT_TIMEOUT),
            keepalive=keepalive(settings, None),
            idle_ms=carriage.idle_ms,
            max_duration_ms=carriage.max_duration_ms,
            as_client=settings.http is not None and settings.http.use_client_protocol,
        )


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
    address: str = names.ANY_ADDRESS
    bound: bool = False
    endpoint: Endpoint | None = None
    port_override: int = 0
    tls: DownstreamTls | None = None
    limits: Limits = Limits()
    origin: Origin = Origin()


def carries(port: ServicePort) -> Carries:
    """Tell what a port carries, as chains tell it."""
    return "http" if port.is_http else "auto" if port.is_auto else "tcp"


def protocol_towards(port: ServicePort) -> Protocol:
    """Tell what is spoken to the application at a port."""
    if port.is_http:
        return "http2" if port.is_http2 else "http1"
    return "downstream" if port.is_auto else "tcp"
