"""Limits and timeouts of the connections to a service."""

from collections.abc import Iterator
from typing import Literal

from lateen.base.errors import Fault
from lateen.kinds.durations import duration_faults
from lateen.kinds.model import Duration, Int32, Model, Uint32
from lateen.kinds.numbers import count_faults


class TcpKeepalive(Model, frozen=True, kw_only=True):
    """TCP keep-alive; what is not set is the operating system's."""

    probes: Uint32 = 0
    time: Duration | None = None
    interval: Duration | None = None


class TCPSettings(Model, frozen=True, kw_only=True):
    """Settings for HTTP and TCP connections alike. `idle_timeout` "0s" = never."""

    max_connections: Int32 = 0
    connect_timeout: Duration | None = None
    tcp_keepalive: TcpKeepalive | None = None
    max_connection_duration: Duration | None = None
    idle_timeout: str | None = None


class Http2KeepAlive(Model, frozen=True, kw_only=True):
    """HTTP/2 pings; both are needed."""

    interval: Duration | None = None
    timeout: Duration | None = None


class HTTPSettings(Model, frozen=True, kw_only=True):
    """Settings for HTTP connections; 0 = the default."""

    http1_max_pending_requests: Int32 = 0
    http2_max_requests: Int32 = 0
    max_requests_per_connection: Int32 = 0
    max_retries: Int32 = 0
    idle_timeout: Duration | None = None
    h2_upgrade_policy: Literal["DEFAULT", "DO_NOT_UPGRADE", "UPGRADE"] = "DEFAULT"
    use_client_protocol: bool = False
    max_concurrent_streams: Int32 = 0
    http2_keep_alive: Http2KeepAlive | None = None


class ConnectionPoolSettings(Model, frozen=True, kw_only=True):
    """At least one of the two is set."""

    tcp: TCPSettings | None = None
    http: HTTPSettings | None = None


def pool_faults(path: str, pool: ConnectionPoolSettings | None) -> Iterator[Fault]:
    """Yield what is wrong with a connection pool."""
    if pool is None:
        return
    if pool.tcp is None and pool.http is None:
        yield Fault(path, "is empty: it needs tcp or http")
    if pool.tcp is not None:
        yield from tcp_faults(f"{path}.tcp", pool.tcp)
    if pool.http is not None:
        yield from _http_faults(f"{path}.http", pool.http)


def tcp_faults(path: str, tcp: TCPSettings) -> Iterator[Fault]:
    """Yield what is wrong with TCP settings."""
    yield from count_faults(f"{path}.maxConnections", tcp.max_connections)
    yield from duration_faults(f"{path}.connectTimeout", tcp.connect_timeout)
    yield from duration_faults(f"{path}.maxConnectionDuration", tcp.max_connection_duration)
    yield from duration_faults(f"{path}.idleTimeout", tcp.idle_timeout, zero=True)
    if tcp.tcp_keepalive is not None:
        yield from keepalive_faults(f"{path}.tcpKeepalive", tcp.tcp_keepalive)


def keepalive_faults(path: str, keepalive: TcpKeepalive) -> Iterator[Fault]:
    """Yield what is wrong with a TCP keep-alive."""
    yield from duration_faults(f"{path}.time", keepalive.time)
    yield from duration_faults(f"{path}.interval", keepalive.interval)


def _http_faults(path: str, http: HTTPSettings) -> Iterator[Fault]:
    counts = {
        "http1MaxPendingRequests": http.http1_max_pending_requests,
        "http2MaxRequests": http.http2_max_requests,
        "maxRequestsPerConnection": http.max_requests_per_connection,
        "maxRetries": http.max_retries,
        "maxConcurrentStreams": http.max_concurrent_streams,
    }
    for name, count in counts.items():
        yield from count_faults(f"{path}.{name}", count)
    yield from duration_faults(f"{path}.idleTimeout", http.idle_timeout)
    if http.use_client_protocol and http.h2_upgrade_policy == "UPGRADE":
        fix = "keep one of the two"
        yield Fault(f"{path}.useClientProtocol", "cannot stand beside h2UpgradePolicy UPGRADE", fix)
    if http.http2_keep_alive is not None:
        yield from _ping_faults(f"{path}.http2KeepAlive", http.http2_keep_alive)


def _ping_faults(path: str, pings: Http2KeepAlive) -> Iterator[Fault]:
    for name, value in (("interval", pings.interval), ("timeout", pings.timeout)):
        if value is None:
            yield Fault(f"{path}.{name}", "is required")
        yield from duration_faults(f"{path}.{name}", value)
