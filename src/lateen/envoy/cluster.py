"""Clusters: how a proxy finds an upstream's endpoints, connects to them and gives up on them."""

import functools
from typing import Any

from msgspec.structs import replace

from lateen.base.refs import Origin
from lateen.envoy import metadata, tls
from lateen.envoy.balancing import balance
from lateen.envoy.dynamic_dns import dynamic_cluster
from lateen.envoy.endpoint import TLS_MODE, load_assignment
from lateen.envoy.fields import Extension, encode, extend, from_ads, milliseconds, pack
from lateen.plan.upstream import (
    ConnectionPool,
    LoadAssignment,
    Protocol,
    Upstream,
)
from lateen.proto import wire
from lateen.proto.descriptors import message

MESH_HTTP_ALPN = "istio-http/1.1,istio-h2,istio"

_CLUSTER = "envoy.config.cluster.v3.Cluster"
_TRANSPORT_SOCKET = 24  # Cluster.transport_socket
_TRANSPORT_SOCKET_MATCHES = 43  # Cluster.transport_socket_matches
_HTTP_OPTIONS = "envoy.extensions.upstreams.http.v3.HttpProtocolOptions"
_UNLIMITED = 2**32 - 1
_NO_POOL = ConnectionPool()
_NOWHERE = Origin()


def cluster(upstream: Upstream, trust_domain: str) -> bytes:
    """Return the encoded Cluster: what all upstreams of its kind share, joined with what is its own.

    Two encodings of one message, joined, are their merge.
    """
    own = message(_CLUSTER)(name=upstream.name)
    if upstream.discovery == "EDS":
        own.eds_cluster_config.service_name = upstream.name
    elif upstream.discovery not in ("ORIGINAL_DST", "DYNAMIC_DNS"):
        own.load_assignment.MergeFromString(load_assignment(LoadAssignment(upstream.name, upstream.localities)))
    _describe(own, upstream)
    return (
        _shared(_kind(upstream), _names_itself(upstream), _is_mesh(upstream))
        + encode(own)
        + _secure(upstream, trust_domain)
    )


def _kind(upstream: Upstream) -> Upstream:
    """The upstream without all that is its own."""
    return replace(
        upstream, name="", localities=(), tls=None, auto_tls=None, host="", subset="", port=0, origin=_NOWHERE
    )


@functools.lru_cache(maxsize=1024)
def _shared(kind: Upstream, names_itself: bool, mesh: bool) -> bytes:
    built = message(_CLUSTER)()
    pool = kind.pool or _NO_POOL
    milliseconds(built.connect_timeout, kind.connect_timeout_ms)
    _discover(built, kind, mesh)
    balance(built, kind)
    _limit(built.circuit_breakers.thresholds.add(track_remaining=True), pool)
    if (options := _http_options(kind.protocol, pool, names_itself)) is not None:
        pack(built.typed_extension_protocol_options[_HTTP_OPTIONS], options)
    if kind.bind_address:
        built.upstream_bind_config.source_address.address = kind.bind_address
        built.upstream_bind_config.source_address.port_value = 0
    return encode(built)


def _discover(built: Any, kind: Upstream, mesh: bool) -> None:
    match kind.discovery:
        case "EDS":
            built.type = "EDS"
            from_ads(built.eds_cluster_config.eds_config, wait=True)
        case "ORIGINAL_DST" | "STATIC":
            built.type = kind.discovery
            if kind.port_override:
                built.original_dst_lb_config.upstream_port_override.value = kind.port_override
        case "STRICT_DNS" | "LOGICAL_DNS":
            extend(built.cluster_type, _resolver(one_endpoint=kind.discovery == "LOGICAL_DNS"))
        case "DYNAMIC_DNS":
            extend(built.cluster_type, dynamic_cluster(checks_names=not mesh))


def _resolver(*, one_endpoint: bool) -> Extension:
    """All addresses of a name are `one_endpoint` (logical DNS), or each is one (strict DNS). Names are asked
    for again when their TTL ends, every minute without one."""
    config = message("envoy.extensions.clusters.dns.v3.DnsCluster")(respect_dns_ttl=True)
    config.dns_lookup_family = "V4_ONLY"
    config.all_addresses_in_single_endpoint = one_endpoint
    milliseconds(config.dns_refresh_rate, 60_000)
    return Extension("envoy.clusters.dns", config)


def _limit(limits: Any, pool: ConnectionPool) -> None:
    limits.max_connections.value = pool.max_connections or _UNLIMITED
    limits.max_pending_requests.value = pool.max_pending_requests or _UNLIMITED
    limits.max_requests.value = pool.max_requests or _UNLIMITED
    limits.max_retries.value = pool.max_retries or _UNLIMITED


def _names_itself(upstream: Upstream) -> bool:
    """A user's TLS without SNI: the request's host is the name to ask for, and to find in the certificate. Hosts
    that are looked up are always asked for by name, whatever TLS: Envoy insists."""
    own = upstream.tls
    if upstream.discovery == "DYNAMIC_DNS":
        return not _is_mesh(upstream)
    return own is not None and own.mode != "ISTIO_MUTUAL" and not own.sni and upstream.protocol != "tcp"


def _is_mesh(upstream: Upstream) -> bool:
    """Servers of the mesh are known by identity, not by the name that they were asked for by."""
    return upstream.tls is not None and upstream.tls.mode == "ISTIO_MUTUAL"


def _http_options(protocol: Protocol, pool: ConnectionPool, names_itself: bool) -> Any | None:
    """HttpProtocolOptions: None where Envoy's default, HTTP/1.1, says the same."""
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
        return None
    match protocol:
        case "downstream":
            options.use_downstream_protocol_config.http_protocol_options.SetInParent()
            options.use_downstream_protocol_config.http2_protocol_options.SetInParent()
        case "http2":
            options.explicit_http_config.http2_protocol_options.SetInParent()
        case _:
            options.explicit_http_config.http_protocol_options.SetInParent()
    return options


def _secure(upstream: Upstream, trust_domain: str) -> bytes:
    """The encoded fields `transport_socket` or `transport_socket_matches`."""
    own = upstream.tls or upstream.auto_tls
    if own is None:
        return b""
    socket = tls.upstream(own, upstream.protocol, trust_domain)
    if upstream.tls is not None:
        return wire.field(_TRANSPORT_SOCKET, socket)
    return _match("tlsMode-istio", "istio", socket) + _match("tlsMode-disabled", "", tls.plaintext())


def _match(name: str, mode: str, socket: bytes) -> bytes:
    """A TransportSocketMatch: its name and match, and in field 3 the socket."""
    return wire.field(_TRANSPORT_SOCKET_MATCHES, _match_head(name, mode) + wire.field(3, socket))


@functools.lru_cache(maxsize=2)
def _match_head(name: str, mode: str) -> bytes:
    head = message(_CLUSTER + ".TransportSocketMatch")(name=name)
    head.match.SetInParent()
    if mode:
        head.match.fields[TLS_MODE].string_value = mode
    return encode(head)


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
