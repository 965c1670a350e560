"""TLS contexts towards clients: the mesh's own by local SDS, a gateway's by ADS, a user's from files."""

import functools
from typing import Any

from lateen.envoy import tls
from lateen.envoy.fields import Extension, encode, extend
from lateen.plan.listener import DownstreamTls
from lateen.proto.descriptors import message

HTTP_ALPN = ("h2", "http/1.1")
# What Istio lets the mesh's own TLS 1.2 use; TLS 1.3 has suites of its own.
MESH_CIPHERS = (
    "ECDHE-ECDSA-AES256-GCM-SHA384", "ECDHE-RSA-AES256-GCM-SHA384", "ECDHE-ECDSA-AES128-GCM-SHA256",
    "ECDHE-RSA-AES128-GCM-SHA256", "AES256-GCM-SHA384", "AES128-GCM-SHA256",
)  # fmt: skip
_CONTEXT = "envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext"


@functools.lru_cache(maxsize=4096)
def downstream(plan: DownstreamTls, http: bool, trust_domain: str) -> bytes:
    """Return the encoded TransportSocket towards clients; `http` negotiates h2 or http/1.1 with them."""
    context = message(_CONTEXT)()
    common = context.common_tls_context
    common.tls_params.tls_minimum_protocol_version = _version(plan.min_version)
    common.tls_params.tls_maximum_protocol_version = _version(plan.max_version)
    common.tls_params.cipher_suites.extend(plan.ciphers or (MESH_CIPHERS if plan.mode == "ISTIO_MUTUAL" else ()))
    common.tls_params.ecdh_curves.extend(plan.curves)
    if http:
        common.alpn_protocols.extend(HTTP_ALPN)
    if plan.mode == "ISTIO_MUTUAL":
        tls.mesh_secrets(common, "" if plan.sans else trust_domain)
        accepted = common.combined_validation_context.default_validation_context
        tls.accept_names(accepted, plan.sans)
        if not plan.sans:
            tls.accept_domains(accepted, plan.aliases)
    else:
        _own_certificates(common, plan)
        if plan.mode != "SIMPLE":
            _check_clients(common, plan)
    context.require_client_certificate.value = plan.mode in ("ISTIO_MUTUAL", "MUTUAL")
    socket = message("envoy.config.core.v3.TransportSocket")()
    extend(socket, Extension(tls.SOCKET, context))
    return encode(socket)


def _own_certificates(common: Any, plan: DownstreamTls) -> None:
    for credential in plan.credentials:
        tls.certificate_secret(common, credential)
    for chain, key in plan.files:
        certificate = common.tls_certificates.add()
        certificate.certificate_chain.filename = chain
        certificate.private_key.filename = key


def _check_clients(common: Any, plan: DownstreamTls) -> None:
    """Whose certificates are accepted. Without roots a client is refused, unless none is asked for."""
    if not plan.verified:
        accepted = common.validation_context
        accepted.trust_chain_verification = "ACCEPT_UNTRUSTED"
    elif plan.roots:
        accepted = tls.roots_secret(common, plan.roots)
    else:
        accepted = common.validation_context
        accepted.trusted_ca.filename = plan.ca_file
    if plan.crl_file:
        accepted.crl.filename = plan.crl_file
    accepted.verify_certificate_spki.extend(plan.spki)
    accepted.verify_certificate_hash.extend(plan.hashes)
    tls.accept_names(accepted, plan.sans)


def _version(name: str) -> str:
    """TLSV1_2 as a Gateway names it, TLSv1_2 as Envoy does."""
    return name.replace("TLSV", "TLSv") or "TLS_AUTO"
