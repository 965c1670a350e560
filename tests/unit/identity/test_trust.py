"""A trust bundle is a set: order and doubles do not matter, emptiness is refused."""

from pathlib import Path

import pytest

from lateen.base.clock import FakeClock
from lateen.base.errors import LateenError
from lateen.base.redacted import Redacted
from lateen.base.spiffe import Identity
from lateen.identity.authority import CertificateAuthority
from lateen.identity.certificate import load_chain
from lateen.identity.keys import make_request, new_key
from lateen.identity.trust import TrustBundle

CORPUS = Path(__file__).parents[4] / "shared" / "conformance" / "pki" / "pki" / "multilevelpki"


@pytest.fixture
def roots() -> list[CertificateAuthority]:
    return [CertificateAuthority.create("cluster.local", FakeClock()) for _ in range(2)]


def test_order_and_doubles_do_not_matter(roots: list[CertificateAuthority]) -> None:
    a, b = (root.trust for root in roots)
    assert a | b == b | a | a
    assert TrustBundle.parse(b.pem + a.pem + b.pem).pem == (a | b).pem
    assert hash(a | b) == hash(b | a)


def test_empty_bundle_is_refused(roots: list[CertificateAuthority]) -> None:
    with pytest.raises(LateenError):
        TrustBundle.parse(b"")
    with pytest.raises(LateenError):
        roots[0].trust.without(roots[0].trust)


def test_leaf_is_no_root(roots: list[CertificateAuthority]) -> None:
    with pytest.raises(LateenError, match="CA:TRUE"):
        TrustBundle.parse(roots[0].server_certificate(["a.b"], "spiffe://a/ns/b/sa/c").chain)


def test_nothing_is_not_vouched_for(roots: list[CertificateAuthority]) -> None:
    assert not roots[0].trust.vouches_for([])


@pytest.mark.conformance
@pytest.mark.skipif(not CORPUS.is_dir(), reason="no conformance corpus here")
@pytest.mark.parametrize("prefix", ["", "ecc-"])
def test_plugged_in_intermediate_signs_below_its_root(prefix: str) -> None:
    key, chain = (CORPUS / f"{prefix}int2-key.pem", CORPUS / f"{prefix}int2-cert-chain.pem")
    root = (CORPUS / f"{prefix}root-cert.pem").read_bytes()
    clock = FakeClock(load_chain(chain.read_bytes())[0].not_valid_before_utc.timestamp() + 3600)
    authority = CertificateAuthority(Redacted(key.read_bytes()), chain.read_bytes(), root, clock)
    leaf = load_chain(authority.sign(make_request(new_key(), ""), Identity("cluster.local", "a", "b")))
    assert len(leaf) > 1
    assert TrustBundle.parse(root).vouches_for(leaf)
