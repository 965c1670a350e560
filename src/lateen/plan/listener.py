"""Listeners: where a proxy accepts connections and what it does with each."""

from typing import Literal

from msgspec import Struct

from lateen.base.refs import Origin
from lateen.plan.authorization import NO_CHECKS, Checks
from lateen.plan.extension import ModulePlace, Script
from lateen.plan.route import RouteConfig
from lateen.plan.tokens import TokenIssuer

ListenerFilter = Literal["original_dst", "tls_inspector", "http_inspector"]
# What is done to a path before anything reads it. BASE: `.`, `..` and backslashes are resolved; the wider ones also
# make one slash of several, the last after decoding %2F and %5C.
PathNormalization = Literal["NONE", "BASE", "MERGE_SLASHES", "DECODE_AND_MERGE_SLASHES"]

MESH_ALPN_HTTP = ("istio-http/1.0", "istio-http/1.1", "istio-h2")
MESH_ALPN_TCP = ("istio-peer-exchange", "istio")
# What is detected in plaintext.
PLAIN_ALPN_HTTP = ("http/1.1", "h2c")


class DownstreamTls(Struct, frozen=True, kw_only=True, gc=False):
    """TLS towards clients. ISTIO_MUTUAL: the workload's certificate, a mesh client certificate required; the others:
    the certificates are the secrets named `credentials`, or `files` of the proxy's own (certificate, key), one for
    each type of key. MUTUAL: a client must have a certificate, of a root in the secret named `roots` or in `ca_file`;
    OPTIONAL_MUTUAL: it is checked if there is one. `ciphers`: of TLS 1.2, () = Istio's for ISTIO_MUTUAL, else Envoy's;
    `curves`: () = Envoy's. `spki`, `hashes`, `sans`: of
    accepted client certificates, () = any. `aliases`: trust domains that are accepted beside the mesh's own. `verified`
    False: whatever certificate a client has will do."""

    mode: Literal["ISTIO_MUTUAL", "SIMPLE", "MUTUAL", "OPTIONAL_MUTUAL"]
    credentials: tuple[str, ...] = ()
    files: tuple[tuple[str, str], ...] = ()
    roots: str = ""
    ca_file: str = ""
    crl_file: str = ""
    ciphers: tuple[str, ...] = ()
    curves: tuple[str, ...] = ()
    spki: tuple[str, ...] = ()
    hashes: tuple[str, ...] = ()
    sans: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    verified: bool = True
    min_version: str = "TLSV1_2"
    max_version: str = ""


class ChainMatch(Struct, frozen=True, kw_only=True, gc=False):
    """Which connections a chain takes; empty fields match all. `prefixes`: CIDRs of the destination.
    `transport`: "tls", "raw_buffer" or "". `alpn`: any of them offered (also "http/1.1", "h2c" found by the
    http_inspector)."""

    port: int = 0
    prefixes: tuple[str, ...] = ()
    server_names: tuple[str, ...] = ()
    transport: Literal["", "tls", "raw_buffer"] = ""
    alpn: tuple[str, ...] = ()


class HttpProxy(Struct, frozen=True, kw_only=True, gc=False):
    """HTTP on this chain. Exactly one of `route_name` (delivered apart) and `routes` (inline) is set.

    `client_certificate`: forward the peer's identity to the application (x-forwarded-client-cert,
    APPEND_FORWARD) or strip that header (SANITIZE). `mesh_alpn`: mark upstream TLS as HTTP of the mesh.
    `trust_xff_hops`: proxies in front (gateways: 0). `edge`: a gateway: use the remote address. `dynamic_dns`: the
    host that a request asks for is looked up, where its upstream is found so. `extensions`: of users, the first to run
    first. `tokens`: whose tokens are checked; a request without any passes. `checks`: what requests have to pass.
    """

    stat_prefix: str
    route_name: str = ""
    routes: RouteConfig | None = None
    client_certificate: Literal["APPEND_FORWARD", "SANITIZE", "SANITIZE_SET", "FORWARD_ONLY"] = "SANITIZE"
    mesh_alpn: bool = False
    edge: bool = False
    dynamic_dns: bool = False
    extensions: tuple[Script | ModulePlace, ...] = ()
    checks: Checks = NO_CHECKS
    path_normalization: PathNormalization = "BASE"
    tokens: tuple[TokenIssuer, ...] = ()
    server_name: str = "istio-envoy"


class Tunnel(Struct, frozen=True, gc=False):
    """Bytes go through an HTTP proxy, which is asked to connect to `target` (host:port)."""

    target: str
    post: bool = False


class TcpProxy(Struct, frozen=True, kw_only=True, gc=False):
    """Bytes on this chain, to one of the weighted upstreams. `hash_source_ip`: the client's address chooses the
    endpoint, where the upstream's balancer hashes. `protocol`: what the bytes are, "" = nobody looks.
    `dynamic_port`: the server name is looked up, and reached at this port; 0 = not. Times in milliseconds: a connection
    ends after `idle_ms` without a byte (-1 = Envoy's default, 0 = never), and after `max_duration_ms` (0 = never).
    `checks`: what connections have to pass."""

    stat_prefix: str
    upstreams: tuple[tuple[str, int], ...]
    hash_source_ip: bool = False
    protocol: Literal["", "mongo"] = ""
    dynamic_port: int = 0
    idle_ms: int = -1
    max_duration_ms: int = 0
    tunnel: Tunnel | None = None
    checks: Checks = NO_CHECKS


class Chain(Struct, frozen=True, kw_only=True, gc=False):
    """A filter chain: match, TLS, what looks at the bytes on their way (`modules`, the first to run first), proxy."""

    name: str
    match: ChainMatch
    proxy: HttpProxy | TcpProxy
    tls: DownstreamTls | None = None
    modules: tuple[ModulePlace, ...] = ()
    origin: Origin = Origin()


class DatagramProxy(Struct, frozen=True, gc=False):
    """Datagrams, to one of the weighted upstreams: those of one client port to the same."""

    stat_prefix: str
    upstreams: tuple[tuple[str, int], ...]


class Listener(Struct, frozen=True, kw_only=True, gc=False):
    """An accepting address. Names are Istio's: `virtualOutbound`, `virtualInbound`, `0.0.0.0_9080`,
    `10.96.0.7_3306`. `bind` False: reached only from virtualOutbound by original destination.
    `datagrams`: what is accepted is UDP, and has no chains. `access_log`: a path such as /dev/stdout, "" = none."""

    name: str
    address: str
    port: int
    direction: Literal["INBOUND", "OUTBOUND"]
    chains: tuple[Chain, ...]
    default_chain: Chain | None = None
    datagrams: DatagramProxy | None = None
    bind: bool = False
    use_original_dst: bool = False
    filters: tuple[ListenerFilter, ...] = ()
    filters_timeout_ms: int = 0
    access_log: str = ""
    origin: Origin = Origin()
