"""What a certificate says: whose it is, until when, and who signed it."""

from collections.abc import Sequence

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.x509.oid import NameOID

from lateen.base.errors import LateenError
from lateen.base.spiffe import Identity


def load_chain(pem: bytes) -> list[x509.Certificate]:
    """Read one or more PEM certificates in order; raises LateenError when there is none or one is broken."""
    try:
        return x509.load_pem_x509_certificates(pem)
    except ValueError:
        raise LateenError("the certificates cannot be read", "give certificates as PEM") from None


def dump_chain(certificates: Sequence[x509.Certificate]) -> bytes:
    """Return the certificates as PEM, one after the other."""
    return b"".join(certificate.public_bytes(serialization.Encoding.PEM) for certificate in certificates)


def expires_at(certificate: x509.Certificate) -> float:
    """Return when the certificate ends, in seconds since the epoch."""
    return certificate.not_valid_after_utc.timestamp()


def starts_at(certificate: x509.Certificate) -> float:
    """Return when the certificate begins, in seconds since the epoch."""
    return certificate.not_valid_before_utc.timestamp()


def identity_of(certificate: x509.Certificate) -> Identity:
    """Return the one SPIFFE identity of a certificate; raises ValueError when it has none or several.

    Source: SPIFFE X.509-SVID §2: exactly one URI SAN.
    """
    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        raise ValueError("the certificate has no SPIFFE ID") from None
    uris = names.get_values_for_type(x509.UniformResourceIdentifier)
    if len(uris) != 1:
        raise ValueError(f"the certificate has {len(uris)} URI names, a SPIFFE certificate has one")
    return Identity.parse(uris[0])


def signed_by(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    """Say whether `issuer` signed `certificate` (names and signature; not whether either is still valid)."""
    try:
        certificate.verify_directly_issued_by(issuer)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True


def is_authority(certificate: x509.Certificate) -> bool:
    """Say whether the certificate may sign others; roots of X.509 version 1 cannot say that they may not."""
    if certificate.version is x509.Version.v1:
        return True
    try:
        return certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except x509.ExtensionNotFound:
        return False


def organization(certificate: x509.Certificate) -> str:
    """Return whose the certificate is, for an authority of ours its trust domain; "" where it does not say."""
    found = certificate.subject.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)
    return str(found[0].value) if found else ""


def issuer_key(certificate: x509.Certificate) -> str:
    """Return the identifier, in hex, of the key that signed a certificate; "" where it does not say."""
    try:
        found = certificate.extensions.get_extension_for_class(x509.AuthorityKeyIdentifier).value.key_identifier
    except x509.ExtensionNotFound:
        return ""
    return found.hex() if found else ""
