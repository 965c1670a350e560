"""A workload's certificate and the mesh's roots, as the secrets that its Envoy asks for by SDS."""

from lateen.base.redacted import Redacted
from lateen.identity.trust import TrustBundle
from lateen.proto import wire
from lateen.proto.resource import Resource, resource
from lateen.proto.types import SECRET

CERTIFICATE = "default"
ROOTS = "ROOTCA"

# envoy.extensions.transport_sockets.tls.v3: Secret{name=1, tls_certificate=2, validation_context=4},
# TlsCertificate{certificate_chain=1, private_key=2}, CertificateValidationContext{trusted_ca=1, crl=7,
# only_verify_leaf_cert_crl=14};
# envoy.config.core.v3.DataSource{inline_bytes=2}.


def certificate_secret(chain: bytes, key: Redacted) -> Resource:
    """Return the secret `default`: a PEM chain, leaf first, and its key."""
    content = _file(1, chain) + _file(2, key.reveal())
    return _secret(CERTIFICATE, wire.field(2, content))


def roots_secret(trust: TrustBundle) -> Resource:
    """Return the secret `ROOTCA`: whose certificates to believe."""
    content = _file(1, trust.pem)
    if trust.revoked:
        # Of the leaf alone: Envoy would believe nobody if one authority above had no list.
        content += _file(7, trust.revoked.pem) + wire.number(14, 1)
    return _secret(ROOTS, wire.field(4, content))


def _secret(name: str, content: bytes) -> Resource:
    return resource(SECRET, name, wire.string(1, name) + content)


def _file(number: int, content: bytes) -> bytes:
    return wire.field(number, wire.field(2, content))
