"""A revoked certificate is not vouched for; a list counts only with its authority's signature."""

import pytest

from lateen.base.clock import FakeClock
from lateen.base.errors import LateenError
from lateen.base.spiffe import Identity
from lateen.identity.authority import CertificateAuthority
from lateen.identity.certificate import load_chain
from lateen.identity.keys import make_request, new_key
from lateen.identity.revocation import RevocationLists
from lateen.identity.trust import TrustBundle

CLOCK = FakeClock()
REQUEST = make_request(new_key(), "")
REVIEWS = Identity("cluster.local", "default", "reviews")


@pytest.fixture
def authority() -> CertificateAuthority:
    return CertificateAuthority.create("cluster.local", CLOCK)


def test_a_listed_certificate_is_believed_no_more(authority: CertificateAuthority) -> None:
    bad, good = (load_chain(authority.sign(REQUEST, REVIEWS)) for _ in range(2))
    trust = TrustBundle.parse(authority.chain, authority.revoke([bad[0].serial_number], 1))
    assert not trust.vouches_for(bad) and trust.vouches_for(good)
    assert trust.leads_to_root(bad)


def test_a_number_of_another_authoritys_certificate_is_not_meant() -> None:
    mine, other = (CertificateAuthority.create(name, CLOCK) for name in ("a", "b"))
    leaf = load_chain(mine.sign(REQUEST, REVIEWS))[0]
    assert not RevocationLists.parse(other.revoke([leaf.serial_number], 1)).revokes(leaf)


def test_a_list_that_nobody_of_the_chain_signed_is_refused(authority: CertificateAuthority) -> None:
    foreign = CertificateAuthority.create("cluster.local", CLOCK).revoke([], 1)
    with pytest.raises(LateenError, match="not signed by an authority"):
        CertificateAuthority(authority.key, authority.chain, authority.chain, CLOCK, crl=foreign)


@pytest.mark.parametrize("pem", [b"nonsense", b"-----BEGIN X509 CRL-----\nAAAA\n-----END X509 CRL-----\n"])
def test_what_is_no_list_is_refused(pem: bytes) -> None:
    with pytest.raises(LateenError, match="cannot be read"):
        RevocationLists.parse(pem)


def test_lists_are_a_set(authority: CertificateAuthority) -> None:
    first, second = authority.revoke([1], 1), authority.revoke([2], 2)
    one, two = RevocationLists.parse(first + second), RevocationLists.parse(second + b"\n" + first + first)
    assert one.pem == two.pem and (one | two).pem == one.pem
    assert one and not RevocationLists.parse(b"")
    assert one.cover(authority.trust.roots) and not RevocationLists().cover(authority.trust.roots)
