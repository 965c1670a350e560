"""Traffic policies: which settings count for a port and subset, and what they say about an upstream.

A port's settings replace the destination's as a whole; a subset's override what they name.
https://istio.io/latest/docs/reference/config/networking/destination-rule/#TrafficPolicy
"""

from msgspec import Struct

from lateen.kinds.networking.client_tls import ClientTLSSettings
from lateen.kinds.networking.connection_pool import ConnectionPoolSettings
from lateen.kinds.networking.load_balancer import LoadBalancerSettings
from lateen.kinds.networking.outlier_detection import OutlierDetection as Detection
from lateen.kinds.networking.traffic_policy import PortTrafficPolicy, TrafficPolicy
from lateen.plan.upstream import ConnectionPool, OutlierDetection
from lateen.registry.durations import milliseconds

_Some = TrafficPolicy | PortTrafficPolicy


class Policy(Struct, frozen=True, kw_only=True):
    """The settings that count for one port and subset; None = nothing said."""

    pool: ConnectionPoolSettings | None = None
    balancer: LoadBalancerSettings | None = None
    outliers: Detection | None = None
    tls: ClientTLSSettings | None = None


NO_POLICY = Policy()


def effective(port: int, destination: TrafficPolicy | None, subset: TrafficPolicy | None = None) -> Policy:
    """Return what counts for a port of a destination, or of one of its subsets."""
    base = _at_port(destination, port) or destination
    layers = (_at_port(subset, port), subset, base)
    if not any(layers):
        return NO_POLICY
    said = [layer for layer in layers if layer is not None]
    return Policy(
        pool=next((one.connection_pool for one in said if one.connection_pool), None),
        balancer=next((one.load_balancer for one in said if one.load_balancer), None),
        outliers=next((one.outlier_detection for one in said if one.outlier_detection), None),
        tls=next((one.tls for one in said if one.tls), None),
    )


def _at_port(policy: TrafficPolicy | None, port: int) -> _Some | None:
    settings = policy.port_level_settings if policy else ()
    return next((one for one in settings if one.port and one.port.number == port), None)


def connection_pool(settings: ConnectionPoolSettings | None) -> ConnectionPool | None:
    """Plan limits and idle times; None where nothing is said about them."""
    if settings is None:
        return None
    tcp, http = settings.tcp, settings.http
    pool = ConnectionPool(
        max_connections=tcp.max_connections if tcp else 0,
        max_pending_requests=http.http1_max_pending_requests if http else 0,
        max_requests=http.http2_max_requests if http else 0,
        max_requests_per_connection=http.max_requests_per_connection if http else 0,
        max_retries=http.max_retries if http else 0,
        idle_timeout_ms=milliseconds(http.idle_timeout) if http else 0,
    )
    return pool if pool != ConnectionPool() else None


def connect_timeout(settings: ConnectionPoolSettings | None, default_ms: int) -> int:
    """Return how long connecting may take, in milliseconds."""
    tcp = settings.tcp if settings else None
    return milliseconds(tcp.connect_timeout if tcp else None, default_ms)


def outlier_detection(settings: Detection | None) -> OutlierDetection | None:
    """Plan passive health checks; None where nothing is said about them."""
    if settings is None:
        return None
    return OutlierDetection(
        consecutive_5xx=_or_unset(settings.consecutive_5xx_errors),
        consecutive_gateway_errors=_or_unset(settings.consecutive_gateway_errors),
        consecutive_local_origin_failures=_or_unset(settings.consecutive_local_origin_failures),
        split_local_origin=settings.split_external_local_origin_errors,
        interval_ms=milliseconds(settings.interval, -1),
        base_ejection_ms=milliseconds(settings.base_ejection_time, -1),
        max_ejection_percent=settings.max_ejection_percent or -1,
        min_health_percent=settings.min_health_percent,
    )


def _or_unset(number: int | None) -> int:
    return -1 if number is None else number
