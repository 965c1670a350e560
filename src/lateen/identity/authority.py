"""The mesh's certificate authority: it signs keys for identities that somebody else has verified."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Self

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from lateen.base.clock import Clock
from lateen.base.errors import LateenError
from lateen.base.redacted import Redacted
from lateen.base.spiffe import Identity
from lateen.identity.certificate import dump_chain, expires_at, is_authority, load_chain, signed_by
from lateen.identity.keys import VerifyingKey, load_key, new_key, requested_key
from lateen.identity.trust import TrustBundle

DAY = 86_400.0
DEFAULT_TTL = DAY
MAX_TTL = 90 * DAY
ROOT_TTL = 10 * 365 * DAY
SKEW = 120.0
"""Certificates begin this many seconds ago: clocks of a mesh differ."""

FACTS = x509.ObjectIdentifier("2.25.208466310924881190")
"""Type of the otherName that carries a workload's facts (an OID below 2.25 needs no registry)."""


@dataclass(frozen=True)
class KeyPair:
    """A private key and its certificate chain, leaf first, both PEM."""

    key: Redacted
    chain: bytes


class CertificateAuthority:
    """Signs leaves with `key`, whose certificate is one of `chain`; the others lead to the root."""

    def __init__(self, key: Redacted, chain: bytes, root: bytes, clock: Clock, max_ttl: float = MAX_TTL) -> None:
        """`chain` (in any order) and `root` are PEM; a self-signed authority's own certificate is both.

        Raises LateenError when key, chain and root do not belong together or have ended.
        """
        self.key = key
        self.chain = chain
        self.trust = TrustBundle.parse(root)
        self._key = load_key(key)
        self._certificates = _path(load_chain(chain), self._key.public_key())
        self._clock = clock
        self._max_ttl = max_ttl
        self._check()

    @classmethod
    def create(cls, trust_domain: str, clock: Clock, ttl: float = ROOT_TTL) -> Self:
        """Make a new root for `trust_domain`, valid for `ttl` seconds."""
        key = new_key()
        signer = load_key(key)
        organization = x509.NameAttribute(NameOID.ORGANIZATION_NAME, trust_domain[:64])
        name = x509.Name([organization, x509.NameAttribute(NameOID.COMMON_NAME, "lateen root")])
        builder = _builder(signer.public_key(), clock.now() - SKEW, clock.now() + ttl)
        builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        builder = builder.add_extension(_key_usage(authority=True), critical=True)
        builder = builder.subject_name(name).issuer_name(name)
        chain = dump_chain([builder.sign(signer, hashes.SHA256())])
        return cls(key, chain, chain, clock)

    @property
    def expires(self) -> float:
        """When the signing certificate ends, in seconds since the epoch."""
        return expires_at(self._certificates[0])

    def sign(self, csr: bytes, identity: Identity, ttl: float = DEFAULT_TTL, facts: str = "") -> bytes:
        """Certify the key of a PEM request as that of `identity` for `ttl` seconds; returns the PEM chain.

        Nothing else of the request is used. `facts` ("workload;ns;app;…", "" = none) are stated as an
        otherName. Raises RequestRefused.
        """
        names: list[x509.GeneralName] = [x509.UniformResourceIdentifier(identity.uri)]
        if facts:
            names.append(x509.OtherName(FACTS, _utf8(facts)))
        return self._leaf(requested_key(csr), names, ttl)

    def server_certificate(self, dns_names: Sequence[str], uri: str, ttl: float = DEFAULT_TTL) -> KeyPair:
        """Make a key and certificate for a server of the control plane itself."""
        key = new_key()
        names = [*map(x509.DNSName, dns_names), x509.UniformResourceIdentifier(uri)]
        return KeyPair(key, self._leaf(load_key(key).public_key(), names, ttl))

    def _leaf(self, key: VerifyingKey, names: Sequence[x509.GeneralName], ttl: float) -> bytes:
        # The subject is empty, so the names must be critical (SPIFFE X.509-SVID §4.1, RFC 5280 §4.2.1.6).
        now = self._clock.now()
        end = min(now + min(max(ttl, 1.0), self._max_ttl), self.expires)
        if end <= now:
            raise LateenError("the certificate authority's own certificate has ended", "give it a new one")
        builder = _builder(key, now - SKEW, end)
        usages = [ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]
        # Without an AuthorityKeyIdentifier BoringSSL takes the first of two roots of one name, and fails.
        for extension, critical in (
            (_key_identifier(self._certificates[0], self._key.public_key()), False),
            (x509.BasicConstraints(ca=False, path_length=None), True),
            (_key_usage(authority=False), True),
            (x509.ExtendedKeyUsage(usages), False),
            (x509.SubjectAlternativeName(names), True),
        ):
            builder = builder.add_extension(extension, critical)
        builder = builder.subject_name(x509.Name([])).issuer_name(self._certificates[0].subject)
        leaf = builder.sign(self._key, hashes.SHA256())
        return dump_chain([leaf, *self._intermediates()])

    def _intermediates(self) -> list[x509.Certificate]:
        return [certificate for certificate in self._certificates if certificate not in self.trust.roots]

    def _check(self) -> None:
        own = self._certificates[0]
        if not is_authority(own):
            raise LateenError("the authority's certificate may not sign others (CA:TRUE is missing)")
        if own not in self.trust.roots and not self.trust.vouches_for(self._certificates):
            raise LateenError("the authority's chain does not end at its root", "give chain and root of one authority")
        if expires_at(own) <= self._clock.now():
            raise LateenError("the authority's certificate has ended", "renew it, or remove it to have a new root made")


def _path(chain: list[x509.Certificate], key: VerifyingKey) -> list[x509.Certificate]:
    """Return the certificate of `key`, then the one that signed it, and so on."""
    path = [certificate for certificate in chain if certificate.public_key() == key][:1]
    if not path:
        raise LateenError("no certificate of the chain is that of the key", "give the pair that belongs together")
    while above := [other for other in chain if other not in path and signed_by(path[-1], other)]:
        path.append(above[0])
    return path


def _builder(key: VerifyingKey, start: float, end: float) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(datetime.fromtimestamp(int(start), UTC))
        .not_valid_after(datetime.fromtimestamp(int(end), UTC))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    )


def _key_identifier(issuer: x509.Certificate, key: VerifyingKey) -> x509.AuthorityKeyIdentifier:
    try:
        own = issuer.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    except x509.ExtensionNotFound:
        return x509.AuthorityKeyIdentifier.from_issuer_public_key(key)
    return x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(own)


def _key_usage(*, authority: bool) -> x509.KeyUsage:
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


def _utf8(text: str) -> bytes:
    """Encode a DER UTF8String."""
    value = text.encode()
    size = len(value).to_bytes((len(value).bit_length() + 7) // 8 or 1, "big")
    return b"\x0c" + (size if len(value) < 128 else bytes([0x80 | len(size)]) + size) + value
