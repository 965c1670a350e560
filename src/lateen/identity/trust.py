"""The roots a mesh trusts; several while one takes over from another."""

from collections.abc import Iterable
from itertools import pairwise
from typing import Self

from cryptography import x509

from lateen.base.errors import LateenError
from lateen.identity.certificate import dump_chain, is_authority, load_chain, signed_by


class TrustBundle:
    """A set of root certificates without order or doubles: equal sets are equal and have equal bytes."""

    __slots__ = ("pem", "roots")

    def __init__(self, roots: Iterable[x509.Certificate]) -> None:
        distinct = {dump_chain([root]): root for root in roots}
        if not distinct:
            raise LateenError("a trust bundle needs at least one root certificate")
        if not all(map(is_authority, distinct.values())):
            raise LateenError("a trust bundle holds only certificates that may sign (CA:TRUE)")
        self.roots = tuple(distinct[key] for key in sorted(distinct))
        self.pem = b"".join(sorted(distinct))

    @classmethod
    def parse(cls, pem: bytes) -> Self:
        """Read the roots of a PEM file; raises LateenError when it holds none, or a certificate of no CA."""
        return cls(load_chain(pem))

    def __or__(self, other: "TrustBundle") -> "TrustBundle":
        return TrustBundle([*self.roots, *other.roots])

    def without(self, other: "TrustBundle") -> "TrustBundle":
        """Return the bundle without the roots of `other`; raises LateenError when none would be left."""
        return TrustBundle(root for root in self.roots if root not in other.roots)

    def vouches_for(self, chain: list[x509.Certificate]) -> bool:
        """Say whether `chain` (leaf first, each signed by the next) ends below one of the roots."""
        links = all(signed_by(lower, upper) for lower, upper in pairwise(chain))
        return bool(chain) and links and any(signed_by(chain[-1], root) for root in self.roots)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, TrustBundle) and other.pem == self.pem

    def __hash__(self) -> int:
        return hash(self.pem)
