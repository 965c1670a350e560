"""What the authority's certificates state beside names: their life, what the key may do, who signed them."""

from collections.abc import Sequence
from datetime import UTC, datetime

from cryptography import x509

from lateen.identity.certificate import signed_by
from lateen.identity.keys import VerifyingKey

SKEW = 120.0
"""Certificates begin this many seconds ago: clocks of a mesh differ."""

FACTS = x509.ObjectIdentifier("2.25.208466310924881190")
"""Type of the otherName that carries a workload's facts (an OID below 2.25 needs no registry)."""


def lived(key: VerifyingKey, now: float, end: float) -> x509.CertificateBuilder:
    """Begin a certificate of `key` that is valid from shortly before `now` to `end` (seconds since the epoch)."""
    return (
        x509.CertificateBuilder()
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(datetime.fromtimestamp(int(now - SKEW), UTC))
        .not_valid_after(datetime.fromtimestamp(int(end), UTC))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    )


def signing(builder: x509.CertificateBuilder, below: int) -> x509.CertificateBuilder:
    """State that the key signs certificates, of authorities too where there may be some `below`."""
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=below), critical=True)
    return builder.add_extension(key_usage(authority=True), critical=True)


def key_identifier(issuer: x509.Certificate, key: VerifyingKey) -> x509.AuthorityKeyIdentifier:
    """Name the key that signs: without it BoringSSL takes the first of two roots of one name, and fails."""
    try:
        own = issuer.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    except x509.ExtensionNotFound:
        return x509.AuthorityKeyIdentifier.from_issuer_public_key(key)
    return x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(own)


def key_usage(*, authority: bool) -> x509.KeyUsage:
    """State what the key is for: signing certificates and lists, or speaking TLS."""
    return x509.KeyUsage(
        digital_signature=not authority,
        key_encipherment=not authority,
        key_cert_sign=authority,
        crl_sign=authority,
        content_commitment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def path_of(key: VerifyingKey, chain: Sequence[x509.Certificate]) -> list[x509.Certificate]:
    """Return the certificate of `key` among those of `chain`, then the one that signed it, and so on; [] for none."""
    path = [certificate for certificate in chain if certificate.public_key() == key][:1]
    while path and (above := [other for other in chain if other not in path and signed_by(path[-1], other)]):
        path.append(above[0])
    return path


def utf8(text: str) -> bytes:
    """Encode a DER UTF8String."""
    value = text.encode()
    size = len(value).to_bytes((len(value).bit_length() + 7) // 8 or 1, "big")
    return b"\x0c" + (size if len(value) < 128 else bytes([0x80 | len(size)]) + size) + value
