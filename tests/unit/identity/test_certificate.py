"""Reading certificates says whose they are, or that they are nobody's."""

import pytest

from lateen.base.clock import FakeClock
from lateen.base.errors import LateenError
from lateen.identity.authority import CertificateAuthority
from lateen.identity.certificate import dump_chain, identity_of, is_authority, load_chain, signed_by


@pytest.fixture
def authority() -> CertificateAuthority:
    return CertificateAuthority.create("cluster.local", FakeClock())


def test_chain_survives_writing_and_reading(authority: CertificateAuthority) -> None:
    assert dump_chain(load_chain(authority.chain)) == authority.chain


@pytest.mark.parametrize("text", [b"", b"nonsense", b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"])
def test_nonsense_is_no_chain(text: bytes) -> None:
    with pytest.raises(LateenError):
        load_chain(text)


def test_root_has_no_identity(authority: CertificateAuthority) -> None:
    with pytest.raises(ValueError, match="no SPIFFE ID"):
        identity_of(load_chain(authority.chain)[0])


def test_foreign_uri_is_no_identity(authority: CertificateAuthority) -> None:
    pair = authority.server_certificate([], "https://example.com")
    with pytest.raises(ValueError, match="not a workload's SPIFFE ID"):
        identity_of(load_chain(pair.chain)[0])


def test_only_the_issuer_has_signed(authority: CertificateAuthority) -> None:
    leaf = load_chain(authority.server_certificate(["a.b"], "spiffe://a/ns/b/sa/c").chain)[0]
    other = CertificateAuthority.create("cluster.local", FakeClock())
    assert signed_by(leaf, load_chain(authority.chain)[0])
    assert not signed_by(leaf, load_chain(other.chain)[0])
    assert not is_authority(leaf)
