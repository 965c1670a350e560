"""Traffic policies: which settings count for a port and subset, and what they say about an upstream.

A port's settings replace the destination's as a whole; a subset's override what they name.
https://istio.io/latest/docs/reference/config/networking/destination-rule/#TrafficPolicy
"""

from msgspec import Struct

from lateen.kinds.networking.client_tls import ClientTLSSettings
from lateen.kinds.networking.connection_pool import ConnectionPoolSettings, TcpKeepalive
from lateen.kinds.networking.load_balancer import LoadBalancerSettings
from lateen.kinds.networking.outlier_detection import OutlierDetection as Detection
from lateen.kinds.networking.traffic_policy import (
    PortTrafficPolicy,
    ProxyProtocol,
    TrafficPolicy,
    TunnelSettings,
)
from lateen.kinds.networking.traffic_policy import RetryBudget as Budget
from lateen.plan.listener import Tunnel
from lateen.plan.upstream import ConnectionPool, Keepalive, OutlierDetection, RetryBudget
from lateen.planner.site import Carriage
from lateen.registry.durations import milliseconds

_Some = TrafficPolicy | PortTrafficPolicy


class Policy(Struct, frozen=True, kw_only=True):
    """The settings that count for one port and subset; None = nothing said."""

    pool: ConnectionPoolSettings | None = None
    balancer: LoadBalancerSettings | None = None
    outliers: Detection | None = None
    tls: ClientTLSSettings | None = None
    tunnel: TunnelSettings | None = None
    proxy_protocol: ProxyProtocol | None = None
    retry_budget: Budget | None = None


NO_POLICY = Policy()


def effective(port: int, destination: TrafficPolicy | None, subset: TrafficPolicy | None = None) -> Policy:
    """Return what counts for a port of a destination, or of one of its subsets."""
    base = _at_port(destination, port) or destination
    layers = (_at_port(subset, port), subset, base)
    if not any(layers):
        return NO_POLICY
    said = [layer for layer in layers if layer is not None]
    # Ports have no settings of these.
    whole = [layer for layer in (subset, destination) if layer is not None]
    return Policy(
        pool=next((one.connection_pool for one in said if one.connection_pool), None),
        balancer=next((one.load_balancer for one in said if one.load_balancer), None),
        outliers=next((one.outlier_detection for one in said if one.outlier_detection), None),
        tls=next((one.tls for one in said if one.tls), None),
        tunnel=next((one.tunnel for one in whole if one.tunnel), None),
        proxy_protocol=next((one.proxy_protocol for one in whole if one.proxy_protocol), None),
        retry_budget=next((one.retry_budget for one in whole if one.retry_budget), None),
    )


def _at_port(policy: TrafficPolicy | None, port: int) -> _Some | None:
    settings = policy.port_level_settings if policy else ()
    return next((one for one in settings if one.port and one.port.number == port), None)


def connection_pool(settings: ConnectionPoolSettings | None) -> ConnectionPool | None:
    """Plan limits and idle times; None where nothing is said about them."""
    if settings is None:
        return None
    tcp, http = settings.tcp, settings.http
    pings = http.http2_keep_alive if http else None
    pool = ConnectionPool(
        max_connections=tcp.max_connections if tcp else 0,
        max_pending_requests=http.http1_max_pending_requests if http else 0,
        max_requests=http.http2_max_requests if http else 0,
        max_requests_per_connection=http.max_requests_per_connection if http else 0,
        max_retries=http.max_retries if http else 0,
        idle_timeout_ms=milliseconds(http.idle_timeout) if http else 0,
        max_streams=http.max_concurrent_streams if http else 0,
        max_duration_ms=milliseconds(tcp.max_connection_duration) if tcp else 0,
        ping_interval_ms=milliseconds(pings.interval) if pings else 0,
        ping_timeout_ms=milliseconds(pings.timeout) if pings else 0,
    )
    return pool if pool != ConnectionPool() else None


def connect_timeout(settings: ConnectionPoolSettings | None, default_ms: int) -> int:
    """Return how long connecting may take, in milliseconds."""
    tcp = settings.tcp if settings else None
    return milliseconds(tcp.connect_timeout if tcp else None, default_ms)


def plan_carriage(policy: Policy) -> Carriage:
    """Plan how bytes are carried."""
    tcp, tunnel = policy.pool.tcp if policy.pool else None, policy.tunnel
    return Carriage(
        idle_ms=milliseconds(tcp.idle_timeout, -1) if tcp else -1,
        max_duration_ms=milliseconds(tcp.max_connection_duration) if tcp else 0,
        tunnel=Tunnel(_authority(tunnel), tunnel.protocol.upper() == "POST") if tunnel else None,
    )


def _authority(tunnel: TunnelSettings) -> str:
    host = f"[{tunnel.target_host}]" if ":" in tunnel.target_host else tunnel.target_host
    return f"{host}:{tunnel.target_port}"


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
        http_codes=tuple(sorted(set(settings.outlier_detection_http_error_codes))),
    )


def keepalive(settings: ConnectionPoolSettings | None, default: Keepalive | None) -> Keepalive | None:
    """Plan TCP keep-alive; `default`: the mesh's."""
    said = settings.tcp.tcp_keepalive if settings and settings.tcp else None
    return plan_keepalive(said) or default


def plan_keepalive(said: TcpKeepalive | None) -> Keepalive | None:
    """Plan TCP keep-alive; None where nothing is said."""
    return Keepalive(said.probes, milliseconds(said.time), milliseconds(said.interval)) if said else None


def retry_budget(said: Budget | None) -> RetryBudget | None:
    """Plan how many retries may run; None where a fixed number may."""
    if said is None:
        return None
    percent = 20.0 if said.percent is None else said.percent
    return RetryBudget(percent, said.min_retry_concurrency, milliseconds(said.budget_interval))


def _or_unset(number: int | None) -> int:
    return -1 if number is None else number
