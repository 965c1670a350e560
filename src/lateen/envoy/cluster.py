"""Clusters: how a proxy finds an upstream's endpoints, connects to them and gives up on them."""

import functools
from typing import Any

from lateen.envoy import metadata, tls
from lateen.envoy.endpoint import TLS_MODE, load_assignment
from lateen.envoy.fields import Extension, encode, extend, from_ads, milliseconds, pack
from lateen.envoy.outliers import eject
from lateen.plan.upstream import (
    ConnectionPool,
    LoadAssignment,
    LocalityEndpoints,
    Protocol,
    Upstream,
)
from lateen.proto.descriptors import message

MESH_HTTP_ALPN = "istio-http/1.1,istio-h2,istio"

_HTTP_OPTIONS = "envoy.extensions.upstreams.http.v3.HttpProtocolOptions"
_UNLIMITED = 2**32 - 1
_NO_POOL = ConnectionPool()


def cluster(upstream: Upstream, trust_domain: str) -> bytes:
    """Return the encoded Cluster."""
    built = message("envoy.config.cluster.v3.Cluster")(name=upstream.name)
    milliseconds(built.connect_timeout, upstream.connect_timeout_ms)
    _discover(built, upstream)
    _balance(built, upstream)
    built.circuit_breakers.MergeFromString(_limits(upstream.pool or _NO_POOL))
    if options := _http_options(upstream.protocol, upstream.pool or _NO_POOL, _names_itself(upstream)):
        built.typed_extension_protocol_options[_HTTP_OPTIONS].MergeFromString(options)
    if upstream.bind_address:
        built.upstream_bind_config.source_address.address = upstream.bind_address
        built.upstream_bind_config.source_address.port_value = 0
    _secure(built, upstream, trust_domain)
    _describe(built, upstream)
    return encode(built)


def _discover(built: Any, upstream: Upstream) -> None:
    match upstream.discovery:
        case "EDS":
            built.type = "EDS"
            from_ads(built.eds_cluster_config.eds_config, wait=True)
            built.eds_cluster_config.service_name = upstream.name
        case "ORIGINAL_DST":
            built.type = "ORIGINAL_DST"
        case "STATIC":
            built.type = "STATIC"
            built.load_assignment.MergeFromString(_endpoints(upstream))
        case "STRICT_DNS":
            extend(built.cluster_type, _resolver())
            built.load_assignment.MergeFromString(_endpoints(upstream))


def _endpoints(upstream: Upstream) -> bytes:
    localities = (LocalityEndpoints(upstream.endpoints),) if upstream.endpoints else ()
    return load_assignment(LoadAssignment(upstream.name, localities))


def _resolver() -> Extension:
    """Strict DNS: every address is an endpoint. Asked again when its TTL ends, every minute without one."""
    config = message("envoy.extensions.clusters.dns.v3.DnsCluster")(respect_dns_ttl=True)
    config.dns_lookup_family = "V4_ONLY"
    milliseconds(config.dns_refresh_rate, 60_000)
    return Extension("envoy.clusters.dns", config)


def _balance(built: Any, upstream: Upstream) -> None:
    if upstream.discovery == "ORIGINAL_DST" or upstream.balancer == "PASSTHROUGH":
        built.lb_policy = "CLUSTER_PROVIDED"
        return
    built.lb_policy = upstream.balancer
    # Never send to endpoints that are leaving or ejected merely because few others are left.
    built.common_lb_config.healthy_panic_threshold.value = 0
    if upstream.outliers is not None:
        eject(built, upstream.outliers)


@functools.lru_cache(maxsize=1024)
def _limits(pool: ConnectionPool) -> bytes:
    breakers = message("envoy.config.cluster.v3.CircuitBreakers")()
    limits = breakers.thresholds.add(track_remaining=True)
    limits.max_connections.value = pool.max_connections or _UNLIMITED
    limits.max_pending_requests.value = pool.max_pending_requests or _UNLIMITED
    limits.max_requests.value = pool.max_requests or _UNLIMITED
    limits.max_retries.value = pool.max_retries or _UNLIMITED
    return encode(breakers)


def _names_itself(upstream: Upstream) -> bool:
    """A user's TLS without SNI: the request's host is the name to ask for, and to find in the certificate."""
    own = upstream.tls
    return own is not None and own.mode != "ISTIO_MUTUAL" and not own.sni and upstream.protocol != "tcp"


@functools.lru_cache(maxsize=1024)
def _http_options(protocol: Protocol, pool: ConnectionPool, names_itself: bool) -> bytes:
    """An encoded Any of HttpProtocolOptions: empty where Envoy's default, HTTP/1.1, says the same."""
    options = message(_HTTP_OPTIONS)()
    if pool.idle_timeout_ms:
        milliseconds(options.common_http_protocol_options.idle_timeout, pool.idle_timeout_ms)
    if pool.max_requests_per_connection:
        limit = options.common_http_protocol_options.max_requests_per_connection
        limit.value = pool.max_requests_per_connection
    if names_itself:
        options.upstream_http_protocol_options.auto_sni = True
        options.upstream_http_protocol_options.auto_san_validation = True
    if protocol in ("tcp", "http1") and not options.ByteSize():
        return b""
    match protocol:
        case "downstream":
            options.use_downstream_protocol_config.http_protocol_options.SetInParent()
            options.use_downstream_protocol_config.http2_protocol_options.SetInParent()
        case "http2":
            options.explicit_http_config.http2_protocol_options.SetInParent()
        case _:
            options.explicit_http_config.http_protocol_options.SetInParent()
    packed = message("google.protobuf.Any")()
    pack(packed, options)
    return encode(packed)


def _secure(built: Any, upstream: Upstream, trust_domain: str) -> None:
    own = upstream.tls or upstream.auto_tls
    if own is None:
        return
    socket = tls.upstream(own, upstream.protocol, trust_domain)
    if upstream.tls is not None:
        built.transport_socket.MergeFromString(socket)
        return
    mesh = built.transport_socket_matches.add(name="tlsMode-istio")
    mesh.match.fields[TLS_MODE].string_value = "istio"
    mesh.transport_socket.MergeFromString(socket)
    other = built.transport_socket_matches.add(name="tlsMode-disabled")
    other.match.SetInParent()
    other.transport_socket.MergeFromString(tls.plaintext())


def _describe(built: Any, upstream: Upstream) -> None:
    metadata.set_config(built, upstream.origin)
    if upstream.host:
        fields = metadata.istio(built.metadata)
        metadata.set_service(fields, upstream.host, upstream.origin.namespace)
        if upstream.port:
            fields["default_original_port"].number_value = upstream.port
        if upstream.subset:
            fields["subset"].string_value = upstream.subset
    own = upstream.tls or upstream.auto_tls
    if own is not None and own.mode == "ISTIO_MUTUAL" and upstream.protocol == "downstream":
        metadata.istio(built.metadata)["alpn"].string_value = MESH_HTTP_ALPN
