"""Keys stay redacted, and only sound requests are read."""

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from lateen.base.errors import LateenError
from lateen.base.redacted import Redacted
from lateen.identity.keys import RequestRefused, load_key, make_request, new_key, requested_key


def request_of(key: object) -> bytes:
    algorithm = None if isinstance(key, ed25519.Ed25519PrivateKey) else hashes.SHA256()
    builder = x509.CertificateSigningRequestBuilder(x509.Name([]))
    return builder.sign(key, algorithm).public_bytes(serialization.Encoding.PEM)  # type: ignore[arg-type]


def test_new_key_does_not_print() -> None:
    assert "PRIVATE" not in f"{new_key()} {new_key()!r}"


def test_request_carries_the_public_half_of_its_key() -> None:
    key = new_key()
    assert requested_key(make_request(key, "spiffe://a/ns/b/sa/c")) == load_key(key).public_key()


@pytest.mark.parametrize(
    "key",
    [
        ec.generate_private_key(ec.SECP256R1()),
        ec.generate_private_key(ec.SECP384R1()),
        rsa.generate_private_key(65537, 2048),
    ],
)
def test_strong_keys_are_accepted(key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey) -> None:
    assert requested_key(request_of(key)) == key.public_key()


@pytest.mark.parametrize(
    "key",
    [
        ec.generate_private_key(ec.SECP521R1()),
        rsa.generate_private_key(65537, 1024),
        ed25519.Ed25519PrivateKey.generate(),
    ],
)
def test_other_keys_are_refused(key: object) -> None:
    with pytest.raises(RequestRefused, match="too weak"):
        requested_key(request_of(key))


@pytest.mark.parametrize("text", [b"", b"nonsense", b"-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n", b"x" * 20_000])
def test_nonsense_is_refused(text: bytes) -> None:
    with pytest.raises(RequestRefused):
        requested_key(text)


def test_unreadable_key_is_an_error_without_the_key() -> None:
    with pytest.raises(LateenError) as caught:
        load_key(Redacted(b"-----BEGIN PRIVATE KEY-----\nverysecret"))
    assert "verysecret" not in str(caught.value)
