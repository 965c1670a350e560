"""Connection pools: how many connections and requests an upstream takes, how long they live, what they speak."""

from typing import Any

from lateen.envoy.fields import milliseconds
from lateen.plan.upstream import ConnectionPool, Keepalive, RetryBudget, Upstream
from lateen.proto.descriptors import message

HTTP_OPTIONS = "envoy.extensions.upstreams.http.v3.HttpProtocolOptions"
_UNLIMITED = 2**32 - 1
_NO_POOL = ConnectionPool()


def limit(built: Any, kind: Upstream) -> None:
    """Set the circuit breakers of an envoy.config.cluster.v3.Cluster."""
    pool = kind.pool or _NO_POOL
    limits = built.circuit_breakers.thresholds.add(track_remaining=True)
    limits.max_connections.value = pool.max_connections or _UNLIMITED
    limits.max_pending_requests.value = pool.max_pending_requests or _UNLIMITED
    limits.max_requests.value = pool.max_requests or _UNLIMITED
    limits.max_retries.value = pool.max_retries or _UNLIMITED
    if kind.retry_budget is not None:
        _budget(limits.retry_budget, kind.retry_budget)


def _budget(target: Any, plan: RetryBudget) -> None:
    target.budget_percent.value = plan.percent
    if plan.least:
        target.min_retry_concurrency.value = plan.least
    if plan.interval_ms:
        milliseconds(target.budget_interval, plan.interval_ms)


def keep_alive(target: Any, plan: Keepalive) -> None:
    """Set an envoy.config.core.v3.TcpKeepalive; it takes whole seconds, and at least one."""
    target.SetInParent()
    if plan.probes:
        target.keepalive_probes.value = plan.probes
    if plan.time_ms:
        target.keepalive_time.value = max(plan.time_ms // 1000, 1)
    if plan.interval_ms:
        target.keepalive_interval.value = max(plan.interval_ms // 1000, 1)


def http_options(kind: Upstream, *, names_itself: bool, checked: bool = True) -> Any | None:
    """HttpProtocolOptions: None where Envoy's default, HTTP/1.1, says the same. `names_itself`: a request's host is
    the name to ask for, and to find in the certificate where that is `checked`."""
    options = message(HTTP_OPTIONS)()
    pool = kind.pool or _NO_POOL
    _lifetimes(options.common_http_protocol_options, pool)
    if names_itself:
        options.upstream_http_protocol_options.auto_sni = True
        options.upstream_http_protocol_options.auto_san_validation = checked
    if kind.outliers is not None and kind.outliers.http_codes:
        _errors(options.outlier_detection.error_matcher, kind.outliers.http_codes)
    if kind.protocol in ("tcp", "http1") and not options.ByteSize():
        return None
    match kind.protocol:
        case "downstream":
            options.use_downstream_protocol_config.http_protocol_options.SetInParent()
            _streams(options.use_downstream_protocol_config.http2_protocol_options, pool)
        case "http2":
            _streams(options.explicit_http_config.http2_protocol_options, pool)
        case _:
            options.explicit_http_config.http_protocol_options.SetInParent()
    return options


def _lifetimes(common: Any, pool: ConnectionPool) -> None:
    if pool.idle_timeout_ms:
        milliseconds(common.idle_timeout, pool.idle_timeout_ms)
    if pool.max_duration_ms:
        milliseconds(common.max_connection_duration, pool.max_duration_ms)
    if pool.max_requests_per_connection:
        common.max_requests_per_connection.value = pool.max_requests_per_connection


def _streams(http2: Any, pool: ConnectionPool) -> None:
    http2.SetInParent()
    if pool.max_streams:
        http2.max_concurrent_streams.value = pool.max_streams
    if pool.ping_interval_ms and pool.ping_timeout_ms:
        milliseconds(http2.connection_keepalive.interval, pool.ping_interval_ms)
        milliseconds(http2.connection_keepalive.timeout, pool.ping_timeout_ms)


def _errors(predicate: Any, codes: tuple[int, ...]) -> None:
    """Match answers with any of these codes."""
    # Envoy wants two rules at least of a choice.
    for code in codes if len(codes) > 1 else codes * 2:
        headers = predicate.or_match.rules.add().http_response_headers_match.headers
        headers.add(name=":status").string_match.exact = str(code)
