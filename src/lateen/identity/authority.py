"""The mesh's certificate authority: it signs keys for identities that somebody else has verified."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Self

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from lateen.base.clock import Clock
from lateen.base.errors import LateenError
from lateen.base.redacted import Redacted
from lateen.base.spiffe import Identity
from lateen.identity.authority_files import AuthorityFiles
from lateen.identity.certificate import dump_chain, expires_at, is_authority, load_chain
from lateen.identity.keys import VerifyingKey, load_key, new_key, requested_key
from lateen.identity.revocation import RevocationLists
from lateen.identity.template import FACTS, SKEW, key_identifier, key_usage, lived, path_of, signing, utf8
from lateen.identity.trust import TrustBundle

__all__ = ["DAY", "DEFAULT_TTL", "FACTS", "MAX_TTL", "ROOT_TTL", "SKEW", "CertificateAuthority", "KeyPair"]

DAY = 86_400.0
DEFAULT_TTL = DAY
MAX_TTL = 90 * DAY
ROOT_TTL = 10 * 365 * DAY
INTERMEDIATE_TTL = 2 * 365 * DAY
LIST_TTL = ROOT_TTL

_LEAF = (
    (x509.BasicConstraints(ca=False, path_length=None), True),
    (key_usage(authority=False), True),
    (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]), False),
)


@dataclass(frozen=True)
class KeyPair:
    """A private key and its certificate chain, leaf first, both PEM."""

    key: Redacted
    chain: bytes


class CertificateAuthority:
    """Signs leaves with `key`, whose certificate is one of `chain`; the others lead to the root."""

    def __init__(
        self, key: Redacted, chain: bytes, root: bytes, clock: Clock, max_ttl: float = MAX_TTL, *, crl: bytes = b""
    ) -> None:
        """`chain` (in any order), `root` and `crl` are PEM; a self-signed authority's own certificate is both.

        Raises LateenError when they do not belong together, cannot be read, or have ended.
        """
        self.key = key
        self.chain = chain
        self._key = load_key(key)
        self._certificates = path_of(self._key.public_key(), load_chain(chain))
        self.trust = TrustBundle(load_chain(root), RevocationLists.parse(crl))
        self._clock = clock
        self._max_ttl = max_ttl
        self._check()
        self._issuer = key_identifier(self._certificates[0], self._key.public_key())
        self._above = dump_chain([each for each in self._certificates if each not in self.trust.roots])

    @classmethod
    def of(cls, files: AuthorityFiles, clock: Clock, max_ttl: float = MAX_TTL) -> Self:
        """Return the authority that was kept in files; raises LateenError as the constructor does."""
        return cls(files.key, files.certificate + b"\n" + files.chain, files.root, clock, max_ttl, crl=files.crl)

    @classmethod
    def create(cls, trust_domain: str, clock: Clock, ttl: float = ROOT_TTL, below: int = 0) -> Self:
        """Make a new root for `trust_domain`, valid for `ttl` seconds, with so many levels of authorities `below`."""
        key = new_key()
        signer, now = load_key(key), clock.now()
        name = _name(trust_domain, "lateen root")
        builder = signing(lived(signer.public_key(), now, now + ttl), below).subject_name(name).issuer_name(name)
        chain = dump_chain([builder.sign(signer, hashes.SHA256())])
        return cls(key, chain, chain, clock)

    @property
    def certificate(self) -> x509.Certificate:
        """The certificate of the signing key."""
        return self._certificates[0]

    @property
    def expires(self) -> float:
        """When the signing certificate ends, in seconds since the epoch."""
        return expires_at(self._certificates[0])

    @property
    def key_name(self) -> str:
        """How certificates name the key that signed them, in hex (`certificate.issuer_key`)."""
        return (self._issuer.key_identifier or b"").hex()

    def intermediate(self, trust_domain: str, ttl: float = INTERMEDIATE_TTL) -> AuthorityFiles:
        """Make an authority below this one, as the files that keep it."""
        key, now = new_key(), self._clock.now()
        public = load_key(key).public_key()
        builder = signing(lived(public, now, min(now + ttl, self.expires)), 0)
        builder = builder.add_extension(self._issuer, critical=False).issuer_name(self.certificate.subject)
        own = builder.subject_name(_name(trust_domain, "lateen intermediate")).sign(self._key, hashes.SHA256())
        return AuthorityFiles(key=key, certificate=dump_chain([own]), chain=self.chain, root=self.trust.pem)

    def sign(self, csr: bytes, identity: Identity, ttl: float = DEFAULT_TTL, facts: str = "") -> bytes:
        """Certify the key of a PEM request as that of `identity` for `ttl` seconds; returns the PEM chain.

        Nothing else of the request is used. `facts` ("workload;ns;app;…", "" = none) are stated as an
        otherName. Raises RequestRefused.
        """
        names: list[x509.GeneralName] = [x509.UniformResourceIdentifier(identity.uri)]
        if facts:
            names.append(x509.OtherName(FACTS, utf8(facts)))
        return self._leaf(requested_key(csr), names, ttl)

    def server_certificate(self, dns_names: Sequence[str], uri: str, ttl: float = DEFAULT_TTL) -> KeyPair:
        """Make a key and certificate for a server of the control plane itself."""
        key = new_key()
        names = [*map(x509.DNSName, dns_names), x509.UniformResourceIdentifier(uri)]
        return KeyPair(key, self._leaf(load_key(key).public_key(), names, ttl))

    def revoke(self, serials: Sequence[int], number: int) -> bytes:
        """Sign this authority's list, PEM, the `number`th, of the certificates with these serial numbers."""
        now = datetime.fromtimestamp(int(self._clock.now() - SKEW), UTC)
        end = datetime.fromtimestamp(int(min(self._clock.now() + LIST_TTL, self.expires)), UTC)
        builder = x509.CertificateRevocationListBuilder(self.certificate.subject, now, end)
        builder = builder.add_extension(self._issuer, critical=False)
        builder = builder.add_extension(x509.CRLNumber(number), critical=False)
        for serial in serials:
            entry = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(now)
            builder = builder.add_revoked_certificate(entry.build())
        return builder.sign(self._key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)

    def _leaf(self, key: VerifyingKey, names: Sequence[x509.GeneralName], ttl: float) -> bytes:
        # The subject is empty, so the names must be critical (SPIFFE X.509-SVID §4.1, RFC 5280 §4.2.1.6).
        now = self._clock.now()
        end = min(now + min(max(ttl, 1.0), self._max_ttl), self.expires)
        if end <= now:
            raise LateenError("the certificate authority's own certificate has ended", "give it a new one")
        builder = lived(key, now, end).add_extension(self._issuer, critical=False)
        for extension, critical in _LEAF:
            builder = builder.add_extension(extension, critical)
        builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=True)
        builder = builder.subject_name(x509.Name([])).issuer_name(self._certificates[0].subject)
        return dump_chain([builder.sign(self._key, hashes.SHA256())]) + self._above

    def _check(self) -> None:
        if not self._certificates:
            raise LateenError("no certificate of the chain is that of the key", "give the pair that belongs together")
        own = self._certificates[0]
        if not is_authority(own):
            raise LateenError("the authority's certificate may not sign others (CA:TRUE is missing)")
        if own not in self.trust.roots and not self.trust.leads_to_root(self._certificates):
            raise LateenError("the authority's chain does not end at its root", "give chain and root of one authority")
        if expires_at(own) <= self._clock.now():
            raise LateenError("the authority's certificate has ended", "renew it, or remove it to have a new root made")
        self.trust.revoked.check([*load_chain(self.chain), *self.trust.roots])


def _name(trust_domain: str, name: str) -> x509.Name:
    organization = x509.NameAttribute(NameOID.ORGANIZATION_NAME, trust_domain[:64])
    return x509.Name([organization, x509.NameAttribute(NameOID.COMMON_NAME, name)])
