import base64

import msgspec
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from lateen.apiserver.tokens import AUDIENCE, Reference, Subject, TokenInvalid, TokenKey

KEY = TokenKey(ec.generate_private_key(ec.SECP256R1()))
SUBJECT = Subject("shop", Reference("web", "u1"), Reference("web-1", "u2"), Reference("node0", "u3"))


def token(**changes: object) -> str:
    values = {"subject": SUBJECT, "audiences": ("istio-ca",), "now": 1000.0, "seconds": 600} | changes
    return KEY.sign(**values)  # type: ignore[arg-type]


def test_what_was_signed_is_read_back() -> None:
    claims = KEY.verify(token(), 1500.0)
    assert claims.subject == SUBJECT and claims.audiences == ("istio-ca",) and claims.expires == 1600.0


def test_claims_are_kubernetes_own() -> None:
    payload = token(audiences=(AUDIENCE,)).split(".")[1]
    claims = msgspec.json.decode(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    assert claims["sub"] == "system:serviceaccount:shop:web"
    assert claims["kubernetes.io"] == {
        "namespace": "shop",
        "serviceaccount": {"name": "web", "uid": "u1"},
        "pod": {"name": "web-1", "uid": "u2"},
        "node": {"name": "node0", "uid": "u3"},
    }


@pytest.mark.parametrize(("now", "why"), [(1600.0, "expired"), (900.0, "not valid yet")])
def test_time_counts(now: float, why: str) -> None:
    with pytest.raises(TokenInvalid, match=why):
        KEY.verify(token(), now)


def forged(header: dict[str, str], made: str) -> str:
    head = base64.urlsafe_b64encode(msgspec.json.encode(header)).rstrip(b"=").decode()
    return ".".join([head, *made.split(".")[1:]])


def test_what_was_not_signed_by_this_key_proves_nothing() -> None:
    made = token()
    head, claims, signature = made.split(".")
    other = TokenKey(ec.generate_private_key(ec.SECP256R1()))
    bad = [
        other.sign(SUBJECT, (), 1000.0, 600),
        forged({"alg": "none", "kid": KEY.key_id}, made),
        forged({"alg": "HS256", "kid": KEY.key_id}, made),
        f"{head}.{claims}.",
        f"{head}.{claims}.{signature[:-4]}",
        f"{head}.{token(now=2000.0).split('.')[1]}.{signature}",
        "",
        "a.b",
        "a.b.c",
        "....",
    ]
    for text in bad:
        with pytest.raises(TokenInvalid):
            KEY.verify(text, 1500.0)


def test_only_a_p_256_key_is_a_token_key() -> None:
    private = rsa.generate_private_key(65537, 2048)
    pem = private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    with pytest.raises(ValueError):
        TokenKey.from_pem(pem)


def test_the_public_key_is_told_without_the_private_one() -> None:
    key = KEY.jwks()["keys"][0]
    assert key["kid"] == KEY.key_id and key["crv"] == "P-256" and "d" not in key
