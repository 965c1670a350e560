"""The authority signs what it is asked for by name, never what a request says of itself."""

import subprocess
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID

from lateen.base.clock import FakeClock
from lateen.base.errors import LateenError
from lateen.base.spiffe import Identity
from lateen.identity.authority import DAY, FACTS, MAX_TTL, SKEW, CertificateAuthority
from lateen.identity.certificate import expires_at, identity_of, load_chain, signed_by, starts_at
from lateen.identity.keys import RequestRefused, load_key, make_request, new_key
from lateen.identity.trust import TrustBundle

REVIEWS = Identity("cluster.local", "default", "bookinfo-reviews")
OTHER = Identity("cluster.local", "kube-system", "admin")


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def authority(clock: FakeClock) -> CertificateAuthority:
    return CertificateAuthority.create("cluster.local", clock)


def sign(authority: CertificateAuthority, **settings: object) -> x509.Certificate:
    return load_chain(authority.sign(make_request(new_key(), OTHER.uri), REVIEWS, **settings))[0]  # type: ignore[arg-type]


def test_identity_is_the_callers_not_the_requests(authority: CertificateAuthority) -> None:
    assert identity_of(sign(authority)) == REVIEWS


def test_leaf_is_a_spiffe_certificate(authority: CertificateAuthority) -> None:
    leaf = sign(authority)
    names = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    usage = leaf.extensions.get_extension_for_class(x509.KeyUsage)
    extended = leaf.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert names.critical and not list(leaf.subject)
    assert usage.critical and usage.value.digital_signature and usage.value.key_encipherment
    assert not usage.value.key_cert_sign
    assert set(extended) == {ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH}
    assert not leaf.extensions.get_extension_for_class(x509.BasicConstraints).value.ca


def test_leaf_names_the_key_that_signed_it(authority: CertificateAuthority) -> None:
    leaf, root = sign(authority), load_chain(authority.chain)[0]
    issuer = leaf.extensions.get_extension_for_class(x509.AuthorityKeyIdentifier).value.key_identifier
    assert issuer == root.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value.digest
    assert signed_by(leaf, root)


def test_leaf_lives_a_day_and_begins_two_minutes_ago(authority: CertificateAuthority, clock: FakeClock) -> None:
    leaf = sign(authority)
    assert starts_at(leaf) == clock.now() - SKEW
    assert expires_at(leaf) == clock.now() + DAY


def test_lifetime_is_capped(authority: CertificateAuthority, clock: FakeClock) -> None:
    assert expires_at(sign(authority, ttl=1000 * DAY)) == clock.now() + MAX_TTL


def test_leaf_does_not_outlive_its_authority(clock: FakeClock) -> None:
    authority = CertificateAuthority.create("cluster.local", clock, ttl=100)
    assert expires_at(sign(authority)) == authority.expires


def test_ended_authority_signs_nothing(clock: FakeClock) -> None:
    authority = CertificateAuthority.create("cluster.local", clock, ttl=100)
    clock.advance(101)
    with pytest.raises(LateenError, match="has ended"):
        sign(authority)


@pytest.mark.parametrize("length", [5, 127, 128, 300])
def test_facts_are_stated_beside_the_identity(authority: CertificateAuthority, length: int) -> None:
    leaf = sign(authority, facts="é" + "x" * (length - 2))
    names = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    (fact,) = names.get_values_for_type(x509.OtherName)
    assert fact.type_id == FACTS
    assert fact.value.endswith(("é" + "x" * (length - 2)).encode())
    assert identity_of(leaf) == REVIEWS


def test_server_certificate_carries_dns_names_and_identity(authority: CertificateAuthority) -> None:
    pair = authority.server_certificate(["istiod.istio-system.svc"], "spiffe://cluster.local/ns/istio-system/sa/istiod")
    leaf = load_chain(pair.chain)[0]
    names = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == ["istiod.istio-system.svc"]
    assert identity_of(leaf).service_account == "istiod"
    assert load_key(pair.key).public_key() == leaf.public_key()


def test_authority_survives_being_written_and_read(authority: CertificateAuthority, clock: FakeClock) -> None:
    again = CertificateAuthority(authority.key, authority.chain, authority.trust.pem, clock)
    assert authority.trust.vouches_for([sign(again)])


def test_key_of_another_certificate_is_refused(authority: CertificateAuthority, clock: FakeClock) -> None:
    with pytest.raises(LateenError, match="is that of the key"):
        CertificateAuthority(new_key(), authority.chain, authority.chain, clock)


def test_foreign_root_is_refused(authority: CertificateAuthority, clock: FakeClock) -> None:
    other = CertificateAuthority.create("cluster.local", clock)
    with pytest.raises(LateenError, match="does not end at its root"):
        CertificateAuthority(authority.key, authority.chain, other.chain, clock)


def test_leaf_cannot_be_an_authority(authority: CertificateAuthority, clock: FakeClock) -> None:
    pair = authority.server_certificate(["a.b"], REVIEWS.uri)
    with pytest.raises(LateenError, match="may not sign"):
        CertificateAuthority(pair.key, pair.chain, authority.chain, clock)


def test_tampered_request_is_refused(authority: CertificateAuthority) -> None:
    request = x509.load_pem_x509_csr(make_request(new_key(), REVIEWS.uri)).public_bytes(serialization.Encoding.DER)
    tampered = x509.load_der_x509_csr(request.replace(b"spiffe", b"spjffe"))
    with pytest.raises(RequestRefused, match="not signed by its own key"):
        authority.sign(tampered.public_bytes(serialization.Encoding.PEM), REVIEWS)


def test_weak_key_is_refused(authority: CertificateAuthority) -> None:
    key = ec.generate_private_key(ec.SECP192R1())
    request = x509.CertificateSigningRequestBuilder(x509.Name([])).sign(key, hashes.SHA256())
    with pytest.raises(RequestRefused, match="too weak"):
        authority.sign(request.public_bytes(serialization.Encoding.PEM), REVIEWS)


def test_openssl_accepts_leaves_of_two_roots_with_one_name(tmp_path: Path) -> None:
    clock = FakeClock(__import__("time").time())
    old, new = (CertificateAuthority.create("cluster.local", clock) for _ in range(2))
    (tmp_path / "roots.pem").write_bytes((old.trust | new.trust).pem)
    for number, authority in enumerate((old, new)):
        leaf = tmp_path / f"{number}.pem"
        leaf.write_bytes(authority.sign(make_request(new_key(), ""), REVIEWS, facts="reviews;default;reviews"))
        command = [
            "openssl",
            "verify",
            "-x509_strict",
            "-purpose",
            "sslserver",
            "-CAfile",
            tmp_path / "roots.pem",
            leaf,
        ]
        assert b"OK" in subprocess.run(command, capture_output=True, check=True).stdout


def test_bundle_during_rotation_trusts_both(authority: CertificateAuthority, clock: FakeClock) -> None:
    new = CertificateAuthority.create("cluster.local", clock)
    both = authority.trust | new.trust
    assert both.vouches_for([sign(authority)]) and both.vouches_for([sign(new)])
    assert not both.without(authority.trust).vouches_for([sign(authority)])
    assert isinstance(both, TrustBundle)


def test_an_intermediate_signs_below_its_root_and_nothing_below_itself(clock: FakeClock) -> None:
    root = CertificateAuthority.create("cluster.local", clock, below=1)
    authority = CertificateAuthority.of(root.intermediate("cluster.local"), clock)
    chain = load_chain(authority.sign(make_request(new_key(), ""), REVIEWS))
    assert len(chain) == 2 and root.trust.vouches_for(chain)
    own = authority.certificate.extensions.get_extension_for_class(x509.BasicConstraints).value
    assert own.ca and own.path_length == 0


def test_a_chain_with_the_root_in_it_sends_no_root(clock: FakeClock) -> None:
    root = CertificateAuthority.create("cluster.local", clock, below=1)
    files = root.intermediate("cluster.local")
    authority = CertificateAuthority(files.key, files.certificate + files.root, files.root, clock)
    assert root.certificate not in load_chain(authority.sign(make_request(new_key(), ""), REVIEWS))
