"""Secrets are encoded as Envoy reads them."""

from typing import Any

from lateen.base.clock import FakeClock
from lateen.identity.authority import CertificateAuthority
from lateen.node.secret_resources import certificate_secret, roots_secret
from lateen.proto import descriptors
from lateen.proto.resource import Resource
from lateen.proto.types import SECRET, message_name

AUTHORITY = CertificateAuthority.create("cluster.local", FakeClock())


def read(resource: Resource) -> Any:
    return descriptors.message(message_name(SECRET)).FromString(resource.value())


def test_certificate_carries_chain_and_key() -> None:
    pair = AUTHORITY.server_certificate([], "spiffe://a/ns/b/sa/c")
    secret = read(certificate_secret(pair.chain, pair.key))
    assert secret.name == "default"
    assert secret.tls_certificate.certificate_chain.inline_bytes == pair.chain
    assert secret.tls_certificate.private_key.inline_bytes == pair.key.reveal()


def test_roots_are_a_validation_context() -> None:
    secret = read(roots_secret(AUTHORITY.trust))
    assert secret.name == "ROOTCA"
    assert secret.validation_context.trusted_ca.inline_bytes == AUTHORITY.trust.pem
