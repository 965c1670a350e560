"""Clusters: how a proxy finds an upstream's endpoints, connects to them and gives up on them."""

import functools
from typing import Any

from msgspec.structs import replace

from lateen.base.refs import Origin
from lateen.envoy import metadata, pool, tls
from lateen.envoy.balancing import balance
from lateen.envoy.dynamic_dns import dynamic_cluster
from lateen.envoy.endpoint import TLS_MODE, load_assignment
from lateen.envoy.fields import Extension, encode, extend, from_ads, milliseconds, pack
from lateen.plan.upstream import LoadAssignment, Upstream
from lateen.proto import wire
from lateen.proto.descriptors import message

MESH_HTTP_ALPN = "istio-http/1.1,istio-h2,istio"

_CLUSTER = "envoy.config.cluster.v3.Cluster"
_TRANSPORT_SOCKET = 24  # Cluster.transport_socket
_TRANSPORT_SOCKET_MATCHES = 43  # Cluster.transport_socket_matches
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
        _shared(_kind(upstream), _names_itself(upstream), _is_mesh(upstream), _is_checked(upstream))
        + encode(own)
        + _secure(upstream, trust_domain)
    )


def _kind(upstream: Upstream) -> Upstream:
    """The upstream without all that is its own."""
    return replace(
        upstream, name="", localities=(), tls=None, auto_tls=None, host="", subset="", port=0, origin=_NOWHERE
    )


@functools.lru_cache(maxsize=1024)
def _shared(kind: Upstream, names_itself: bool, mesh: bool, checked: bool) -> bytes:
    built = message(_CLUSTER)()
    milliseconds(built.connect_timeout, kind.connect_timeout_ms)
    _discover(built, kind, mesh)
    balance(built, kind)
    pool.limit(built, kind)
    if (options := pool.http_options(kind, names_itself=names_itself, checked=checked)) is not None:
        pack(built.typed_extension_protocol_options[pool.HTTP_OPTIONS], options)
    if kind.keepalive is not None:
        pool.keep_alive(built.upstream_connection_options.tcp_keepalive, kind.keepalive)
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


def _names_itself(upstream: Upstream) -> bool:
    """A user's TLS without SNI: the request's host is the name to ask for, and to find in the certificate. Hosts
    that are looked up are always asked for by name, whatever TLS: Envoy insists."""
    own = upstream.tls
    if upstream.discovery == "DYNAMIC_DNS":
        return not _is_mesh(upstream)
    return own is not None and own.mode != "ISTIO_MUTUAL" and not own.sni and upstream.protocol != "tcp"


def _is_checked(upstream: Upstream) -> bool:
    return upstream.tls is None or upstream.tls.verified


def _is_mesh(upstream: Upstream) -> bool:
    """Servers of the mesh are known by identity, not by the name that they were asked for by."""
    return upstream.tls is not None and upstream.tls.mode == "ISTIO_MUTUAL"


def _secure(upstream: Upstream, trust_domain: str) -> bytes:
    """The encoded fields `transport_socket` or `transport_socket_matches`."""
    own, announced = upstream.tls or upstream.auto_tls, upstream.proxy_protocol
    if own is None:
        return wire.field(_TRANSPORT_SOCKET, _announcing(tls.plaintext(), announced)) if announced else b""
    socket = _announcing(tls.upstream(own, upstream.protocol, trust_domain), announced)
    if upstream.tls is not None:
        return wire.field(_TRANSPORT_SOCKET, socket)
    plain = _announcing(tls.plaintext(), announced)
    return _match("tlsMode-istio", "istio", socket) + _match("tlsMode-disabled", "", plain)


def _announcing(socket: bytes, version: str) -> bytes:
    """Return a TransportSocket that tells the client's address before `socket` begins, in a version of the PROXY
    header, "" = none."""
    if not version:
        return socket
    transport = message("envoy.extensions.transport_sockets.proxy_protocol.v3.ProxyProtocolUpstreamTransport")()
    transport.config.version = version
    transport.transport_socket.MergeFromString(socket)
    around = message("envoy.config.core.v3.TransportSocket")()
    extend(around, Extension("envoy.transport_sockets.upstream_proxy_protocol", transport))
    return encode(around)


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
