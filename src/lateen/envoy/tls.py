"""TLS contexts towards upstreams: the mesh's own by local SDS, a user's by ADS or from files.

ALPN carries the mark of the mesh. HTTP offers `istio-http/1.1` or `istio-h2`, TCP offers `istio`; by it the
other side tells mesh HTTP, mesh TCP and the application's own TLS apart. `istio-peer-exchange` is never
offered: a peer that accepts it starts a protocol of Istio's own proxy, which stock Envoy does not speak.
"""

import functools
from collections.abc import Iterable
from typing import Any

from lateen.envoy.fields import Extension, encode, extend, from_ads, milliseconds
from lateen.plan.secret import roots_name, secret_name
from lateen.plan.upstream import Protocol, UpstreamTls
from lateen.proto import wire
from lateen.proto.descriptors import message

MESH_ALPN: dict[Protocol, tuple[str, ...]] = {
    "tcp": ("istio",),
    "http1": ("istio-http/1.1", "istio", "http/1.1"),
    "http2": ("istio-h2", "istio", "h2"),
    "downstream": ("istio",),  # bytes, unless an HTTP listener says otherwise: http_filters/mesh_alpn.py
}
SYSTEM_ROOTS = "/etc/ssl/certs/ca-certificates.crt"

_TLS = "envoy.extensions.transport_sockets.tls.v3."
SOCKET = "envoy.transport_sockets.tls"


def upstream(tls: UpstreamTls, protocol: Protocol, trust_domain: str) -> bytes:
    """Return the encoded TransportSocket towards an upstream of `protocol`."""
    mesh = tls.mode == "ISTIO_MUTUAL"
    shared = _mesh_context(protocol, trust_domain, bool(tls.sans)) if mesh else _file_context(tls)
    # Two encodings of one message, joined, are their merge: what most upstreams share, and what is its own.
    context = shared + _own_context(tls.sni, tls.sans, combined=mesh or bool(tls.credential or tls.roots))
    return wire.string(1, SOCKET) + wire.field(3, wire.any_of(_url("UpstreamTlsContext"), context))


@functools.lru_cache(maxsize=1)
def plaintext() -> bytes:
    """Return the encoded TransportSocket without TLS."""
    socket = message("envoy.config.core.v3.TransportSocket")()
    raw = message("envoy.extensions.transport_sockets.raw_buffer.v3.RawBuffer")()
    extend(socket, Extension("envoy.transport_sockets.raw_buffer", raw))
    return encode(socket)


def _upstream_context() -> Any:
    context = message(_TLS + "UpstreamTlsContext")()
    context.common_tls_context.tls_params.tls_minimum_protocol_version = "TLSv1_2"
    context.common_tls_context.tls_params.tls_maximum_protocol_version = "TLSv1_3"
    return context


@functools.lru_cache(maxsize=64)
def _mesh_context(protocol: Protocol, trust_domain: str, named: bool) -> bytes:
    """The mesh's context, without the server's names when they are `named`."""
    context = _upstream_context()
    context.common_tls_context.alpn_protocols.extend(MESH_ALPN[protocol])
    mesh_secrets(context.common_tls_context, "" if named else trust_domain)
    return encode(context)


@functools.lru_cache(maxsize=1024)
def _file_context(tls: UpstreamTls) -> bytes:
    """A user's context. No ALPN of our own: an HTTP connection pool offers the protocol that it speaks."""
    context = _upstream_context()
    common = context.common_tls_context
    common.tls_params.cipher_suites.extend(tls.ciphers)
    common.tls_params.ecdh_curves.extend(tls.curves)
    if tls.credential and tls.mode == "MUTUAL":
        certificate_secret(common, tls.credential)
    if tls.verified and (tls.roots or tls.credential):
        roots_secret(common, tls.roots or tls.credential)
    elif tls.verified:
        common.validation_context.trusted_ca.filename = tls.ca_file or SYSTEM_ROOTS
    else:
        common.validation_context.trust_chain_verification = "ACCEPT_UNTRUSTED"
    if tls.crl_file:
        common.validation_context.crl.filename = tls.crl_file
    if tls.mode == "MUTUAL" and not tls.credential:
        certificate = common.tls_certificates.add()
        certificate.certificate_chain.filename = tls.cert_file
        certificate.private_key.filename = tls.key_file
    return encode(context)


def _own_context(sni: str, sans: tuple[str, ...], *, combined: bool) -> bytes:
    own = message(_TLS + "UpstreamTlsContext")(sni=sni)
    if sans:
        common = own.common_tls_context
        together = common.combined_validation_context
        accepted = together.default_validation_context if combined else common.validation_context
        accept_names(accepted, sans)
    return encode(own)


def accept_names(accepted: Any, sans: Iterable[str]) -> None:
    """Have a validation context accept peers of these names alone."""
    for san in sans:
        kind = "URI" if "://" in san else "DNS"
        accepted.match_typed_subject_alt_names.add(san_type=kind).matcher.exact = san


def accept_domains(accepted: Any, trust_domains: Iterable[str]) -> None:
    """Have a validation context accept every identity of these trust domains, too."""
    for trust_domain in trust_domains:
        anyone = accepted.match_typed_subject_alt_names.add(san_type="URI")
        anyone.matcher.prefix = f"spiffe://{trust_domain}/"


def mesh_secrets(common: Any, trust_domain: str) -> None:
    """The workload's certificate and the mesh's roots, by the names that the local agent serves.

    Every identity of `trust_domain` is accepted; of none when it is "": then names must be given.
    """
    _local(common.tls_certificate_sds_secret_configs.add(), "default")
    combined = common.combined_validation_context
    _local(combined.validation_context_sds_secret_config, "ROOTCA")
    accepted = combined.default_validation_context
    accepted.SetInParent()
    if trust_domain:
        accept_domains(accepted, (trust_domain,))


def _local(secret: Any, name: str) -> None:
    """A secret from the agent on this machine: keys never come by ADS."""
    secret.name = name
    source = secret.sds_config
    source.resource_api_version = "V3"
    milliseconds(source.initial_fetch_timeout, 0)
    api = source.api_config_source
    api.api_type, api.transport_api_version = "DELTA_GRPC", "V3"
    api.set_node_on_first_message_only = True
    api.grpc_services.add().envoy_grpc.cluster_name = "sds-grpc"


def certificate_secret(common: Any, credential: str) -> None:
    """Add the certificate in a secret, from the control plane."""
    certificate = common.tls_certificate_sds_secret_configs.add(name=secret_name(credential))
    from_ads(certificate.sds_config, wait=False)


def roots_secret(common: Any, credential: str) -> Any:
    """Check peers with the roots in a secret, from the control plane; returns what else may be asked of them."""
    together = common.combined_validation_context
    together.default_validation_context.SetInParent()
    together.validation_context_sds_secret_config.name = roots_name(credential)
    from_ads(together.validation_context_sds_secret_config.sds_config, wait=False)
    return together.default_validation_context


def _url(name: str) -> str:
    return f"type.googleapis.com/{_TLS}{name}"
