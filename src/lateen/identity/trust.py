"""The roots a mesh trusts, several while one takes over from another, and what is revoked below them."""

from collections.abc import Iterable
from itertools import pairwise
from typing import Self

from cryptography import x509
from cryptography.hazmat.primitives import hashes

from lateen.base.errors import LateenError
from lateen.identity.certificate import dump_chain, is_authority, load_chain, signed_by
from lateen.identity.revocation import RevocationLists

_NONE = RevocationLists()


class TrustBundle:
    """A set of root certificates without order or doubles: equal sets are equal and have equal bytes.

    `pem` is the roots alone; `revoked` are the lists of their authorities.
    """

    __slots__ = ("pem", "revoked", "roots")

    def __init__(self, roots: Iterable[x509.Certificate], revoked: RevocationLists = _NONE) -> None:
        distinct = {dump_chain([root]): root for root in roots}
        if not distinct:
            raise LateenError("a trust bundle needs at least one root certificate")
        if not all(map(is_authority, distinct.values())):
            raise LateenError("a trust bundle holds only certificates that may sign (CA:TRUE)")
        self.roots = tuple(distinct[key] for key in sorted(distinct))
        self.pem = b"".join(sorted(distinct))
        self.revoked = revoked

    @classmethod
    def parse(cls, pem: bytes, crl: bytes = b"") -> Self:
        """Read roots, and revocation lists, of PEM; raises LateenError when there is no root, or one is of no CA."""
        return cls(load_chain(pem), RevocationLists.parse(crl))

    def __or__(self, other: "TrustBundle") -> "TrustBundle":
        return TrustBundle([*self.roots, *other.roots], self.revoked | other.revoked)

    def without(self, other: "TrustBundle") -> "TrustBundle":
        """Return the bundle without the roots of `other`; raises LateenError when none would be left."""
        return TrustBundle((root for root in self.roots if root not in other.roots), self.revoked)

    def vouches_for(self, chain: list[x509.Certificate]) -> bool:
        """Say whether `chain` (leaf first, each signed by the next) ends below a root, and nothing of it is revoked."""
        return self.leads_to_root(chain) and not any(map(self.revoked.revokes, chain))

    def leads_to_root(self, chain: list[x509.Certificate]) -> bool:
        """Say whether `chain` (leaf first, each signed by the next) ends below one of the roots."""
        links = all(signed_by(lower, upper) for lower, upper in pairwise(chain))
        return bool(chain) and links and any(signed_by(chain[-1], root) for root in self.roots)

    @property
    def fingerprints(self) -> frozenset[str]:
        """What tells each root from others, SHA-256 in hex."""
        return frozenset(root.fingerprint(hashes.SHA256()).hex() for root in self.roots)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, TrustBundle) and self._content() == other._content()

    def __hash__(self) -> int:
        return hash(self._content())

    def _content(self) -> tuple[bytes, bytes]:
        return self.pem, self.revoked.pem
