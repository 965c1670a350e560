"""Upstreams: who a proxy may send to, how it connects, and the endpoints behind a name."""

from typing import Literal

from msgspec import Struct

from lateen.base.refs import Origin

Discovery = Literal["EDS", "STATIC", "STRICT_DNS", "LOGICAL_DNS", "DYNAMIC_DNS", "ORIGINAL_DST"]
Protocol = Literal["tcp", "http1", "http2", "downstream"]
Balancer = Literal["LEAST_REQUEST", "ROUND_ROBIN", "RANDOM", "PASSTHROUGH", "RING_HASH", "MAGLEV"]


class UpstreamTls(Struct, frozen=True, kw_only=True, gc=False):
    """TLS towards an upstream.

    `mode`: ISTIO_MUTUAL (the workload's own certificate, mesh trust), SIMPLE, or MUTUAL (files).
    `sni` "" = none. `sans`: accepted URI or DNS names of the server; empty = any of the mesh's trust domain
    (ISTIO_MUTUAL) or any name (SIMPLE, MUTUAL). File paths are the proxy's own. `credential`: the secret with the
    certificates, in their place; `roots`: the one with the authorities, where that is another. `verified` False:
    whatever certificate the server has will do. `ciphers` (of TLS 1.2), `curves`: () = Envoy's.
    """

    mode: Literal["ISTIO_MUTUAL", "SIMPLE", "MUTUAL"]
    sni: str = ""
    sans: tuple[str, ...] = ()
    ca_file: str = ""
    cert_file: str = ""
    key_file: str = ""
    crl_file: str = ""
    credential: str = ""
    roots: str = ""
    verified: bool = True
    ciphers: tuple[str, ...] = ()
    curves: tuple[str, ...] = ()


class Endpoint(Struct, frozen=True, gc=False):
    """One address behind an upstream.

    `mesh_tls`: the workload accepts mesh mTLS (a sidecar in front, not DISABLEd). `draining`: leaving.
    `workload`: "name;namespace;app;version;canonical;revision;cluster" for telemetry, "" when unknown.
    """

    address: str
    port: int
    mesh_tls: bool = False
    weight: int = 1
    workload: str = ""
    draining: bool = False


class LocalityEndpoints(Struct, frozen=True, gc=False):
    """Endpoints of one locality "region/zone/subzone" ("" = none); priority 0 is tried first."""

    endpoints: tuple[Endpoint, ...]
    locality: str = ""
    priority: int = 0
    weight: int = 0


class LoadAssignment(Struct, frozen=True, gc=False):
    """The endpoints of the upstream `name` (the same name as its `Upstream`)."""

    name: str
    localities: tuple[LocalityEndpoints, ...] = ()


class Keepalive(Struct, frozen=True, gc=False):
    """TCP keep-alive: times in milliseconds, 0 = as the operating system's."""

    probes: int = 0
    time_ms: int = 0
    interval_ms: int = 0


class RetryBudget(Struct, frozen=True, gc=False):
    """How many retries may run: a share of the requests that do, counted over `interval_ms` (0 = those running now),
    and `least` (0 = Envoy's) of them always."""

    percent: float = 20.0
    least: int = 0
    interval_ms: int = 0


class ConnectionPool(Struct, frozen=True, kw_only=True, gc=False):
    """Circuit breakers and limits; 0 = Envoy's highest. Times in milliseconds, 0 = Envoy's default; `ping_*`: both, or
    no HTTP/2 pings."""

    max_connections: int = 0
    max_pending_requests: int = 0
    max_requests: int = 0
    max_requests_per_connection: int = 0
    max_retries: int = 0
    idle_timeout_ms: int = 0
    max_streams: int = 0
    max_duration_ms: int = 0
    ping_interval_ms: int = 0
    ping_timeout_ms: int = 0


class OutlierDetection(Struct, frozen=True, kw_only=True, gc=False):
    """Passive health checks, Istio's fields; times in milliseconds, -1 = not set. `http_codes`: the answers
    that count as errors, () = 500 and above."""

    consecutive_5xx: int = -1
    consecutive_gateway_errors: int = -1
    consecutive_local_origin_failures: int = -1
    split_local_origin: bool = False
    interval_ms: int = -1
    base_ejection_ms: int = -1
    max_ejection_percent: int = -1
    min_health_percent: int = -1
    http_codes: tuple[int, ...] = ()


class Warmup(Struct, frozen=True, gc=False):
    """A new endpoint's share grows over `ms` from `min_percent` (0 to 100); `aggression` 1 = linearly."""

    ms: int
    min_percent: float = 10.0
    aggression: float = 1.0


class Upstream(Struct, frozen=True, kw_only=True, gc=False):
    """A named upstream, Istio's cluster names: `outbound|9080|v1|reviews.default.svc.cluster.local`,
    `inbound|9080||`, `PassthroughCluster`, `BlackHoleCluster` (STATIC without endpoints),
    `InboundPassthroughCluster`.

    `localities` only for STATIC, STRICT_DNS and LOGICAL_DNS (exactly one endpoint there); EDS endpoints come as
    a `LoadAssignment` of the same name; of DYNAMIC_DNS they are what a proxy's filters have looked up.
    `tls` is used for every endpoint; `auto_tls` only for endpoints with `mesh_tls` (auto mTLS), plaintext to
    others. At most one of them is set. `weighted`: localities get the shares that their weights say.
    `proxy_protocol`: the client's address goes first, in that version of the PROXY header. `bind_address`: source
    address of connections ("" = any).
    `port_override`: the port of ORIGINAL_DST, 0 = the one that was asked for.
    `hash_size`: the smallest ring, or the table's size, of a hashing balancer; 0 = Envoy's. `host`, `subset`: the
    service for metadata and telemetry.
    """

    name: str
    discovery: Discovery
    protocol: Protocol = "tcp"
    balancer: Balancer = "LEAST_REQUEST"
    hash_size: int = 0
    warmup: Warmup | None = None
    connect_timeout_ms: int = 10_000
    localities: tuple[LocalityEndpoints, ...] = ()
    tls: UpstreamTls | None = None
    auto_tls: UpstreamTls | None = None
    bind_address: str = ""
    port_override: int = 0
    pool: ConnectionPool | None = None
    keepalive: Keepalive | None = None
    retry_budget: RetryBudget | None = None
    proxy_protocol: Literal["", "V1", "V2"] = ""
    outliers: OutlierDetection | None = None
    weighted: bool = False
    host: str = ""
    subset: str = ""
    port: int = 0
    origin: Origin = Origin()
