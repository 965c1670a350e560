"""A path is found whatever order the certificates stand in; what they state is what TLS looks at."""

from cryptography import x509

from lateen.base.clock import FakeClock
from lateen.identity.authority import CertificateAuthority
from lateen.identity.certificate import expires_at, load_chain, starts_at
from lateen.identity.keys import load_key, new_key
from lateen.identity.template import SKEW, key_identifier, key_usage, lived, path_of, signing, utf8


def test_the_path_goes_from_the_keys_certificate_to_the_root() -> None:
    clock = FakeClock()
    root = CertificateAuthority.create("cluster.local", clock, below=1)
    below = root.intermediate("cluster.local")
    mixed = [*load_chain(below.root), *load_chain(below.certificate)]
    key = load_key(below.key).public_key()
    assert path_of(key, mixed) == mixed[::-1]
    assert path_of(load_key(new_key()).public_key(), mixed) == []


def test_an_authority_certifies_and_a_leaf_does_not() -> None:
    assert key_usage(authority=True).key_cert_sign and key_usage(authority=True).crl_sign
    assert not key_usage(authority=False).key_cert_sign


def test_life_begins_before_now_and_ends_when_told() -> None:
    authority = CertificateAuthority.create("cluster.local", FakeClock(1000.0), ttl=500)
    assert (starts_at(authority.certificate), expires_at(authority.certificate)) == (1000.0 - SKEW, 1500.0)
    assert signing(lived(load_key(new_key()).public_key(), 0.0, 1.0), 0)


def test_the_issuers_own_name_for_its_key_is_used() -> None:
    root = CertificateAuthority.create("cluster.local", FakeClock()).certificate
    own = root.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value.digest
    key = load_key(new_key()).public_key()
    assert key_identifier(root, key).key_identifier == own


def test_long_texts_have_long_lengths() -> None:
    assert utf8("é") == b"\x0c\x02\xc3\xa9"
    assert utf8("x" * 300)[:4] == b"\x0c\x82\x01\x2c"
