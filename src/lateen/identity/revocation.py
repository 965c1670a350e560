"""Which certificates are believed no more, though they have not ended: lists that their authorities signed."""

import re
from collections.abc import Iterable, Sequence
from typing import Self

from cryptography import x509
from cryptography.hazmat.primitives import serialization

from lateen.base.errors import LateenError
from lateen.identity.keys import VerifyingKey

_LIST = re.compile(rb"-----BEGIN X509 CRL-----.*?-----END X509 CRL-----", re.DOTALL)


class RevocationLists:
    """Certificate revocation lists (RFC 5280 §5) without order or doubles: equal sets have equal bytes."""

    __slots__ = ("lists", "pem")

    def __init__(self, lists: Iterable[x509.CertificateRevocationList] = ()) -> None:
        distinct = {each.public_bytes(serialization.Encoding.PEM): each for each in lists}
        self.lists = tuple(distinct[key] for key in sorted(distinct))
        self.pem = b"".join(sorted(distinct))

    @classmethod
    def parse(cls, pem: bytes) -> Self:
        """Read the lists of a PEM text, none of an empty one; raises LateenError when one cannot be read."""
        found = _LIST.findall(pem)
        if pem.strip() and not found:
            raise LateenError("the revocation list cannot be read", "give lists as PEM (X509 CRL)")
        try:
            return cls(map(x509.load_pem_x509_crl, found))
        except ValueError:
            raise LateenError("the revocation list cannot be read", "give lists as PEM (X509 CRL)") from None

    def check(self, authorities: Sequence[x509.Certificate]) -> None:
        """Raise LateenError when a list is not signed by one of `authorities`: Envoy would believe nobody then."""
        for each in self.lists:
            if not any(_signed(each, authority) for authority in authorities):
                name = each.issuer.rfc4514_string()
                raise LateenError(
                    f"the revocation list of {name} is not signed by an authority of the chain",
                    "give the list that the authority of the chain has signed",
                )

    def revokes(self, certificate: x509.Certificate) -> bool:
        """Say whether a list of the certificate's issuer names it."""
        return any(
            each.issuer == certificate.issuer
            and each.get_revoked_certificate_by_serial_number(certificate.serial_number) is not None
            for each in self.lists
        )

    def cover(self, roots: Iterable[x509.Certificate]) -> bool:
        """Say whether each of `roots` has its list."""
        issuers = {each.issuer for each in self.lists}
        return all(root.subject in issuers for root in roots)

    def __or__(self, other: "RevocationLists") -> "RevocationLists":
        return RevocationLists([*self.lists, *other.lists])

    def __bool__(self) -> bool:
        return bool(self.lists)


def _signed(each: x509.CertificateRevocationList, authority: x509.Certificate) -> bool:
    key = authority.public_key()
    return each.issuer == authority.subject and isinstance(key, VerifyingKey) and each.is_signature_valid(key)
