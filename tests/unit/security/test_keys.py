import json
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from tokens import Issuer, encoded

from lateen.security.keys import usable_keys

RSA: dict[str, Any] = Issuer("me").jwk
POINT = ec.generate_private_key(ec.SECP256R1()).public_key().public_numbers()
EC = {"kty": "EC", "crv": "P-256", "x": encoded(POINT.x.to_bytes(32)), "y": encoded(POINT.y.to_bytes(32))}
OKP = {"kty": "OKP", "crv": "Ed25519", "x": encoded(b"x" * 32)}
SECRET = {"kty": "oct", "k": encoded(b"k" * 32)}


def kept(*keys: object) -> list[Any]:
    text = usable_keys(json.dumps({"keys": keys}))
    found: list[Any] = json.loads(text)["keys"] if text else []
    return found


def test_keys_of_every_kind_that_envoy_knows_are_kept() -> None:
    assert kept(RSA, EC, OKP, SECRET) == [RSA, EC, OKP, SECRET]


@pytest.mark.parametrize(
    "key",
    [
        {},
        None,
        {"kty": "zzz"},
        {**RSA, "n": "!!"},
        {**RSA, "n": "AQ"},
        {**RSA, "e": ""},
        {**RSA, "use": "enc"},
        {**EC, "crv": "P-255"},
        {**EC, "x": "AQ"},
        {**EC, "crv": {}},
        {**EC, "y": encoded(b"y" * 32)},
        {**RSA, "n": encoded(b"n" * 3000)},
        {**RSA, "kty": ["RSA"]},
        {**OKP, "crv": "X25519"},
        {"kty": "oct", "k": "AQ"},
    ],
)
def test_what_proves_nothing_is_left_out(key: object) -> None:
    assert kept(key) == []
    assert kept(key, EC) == [EC]


@pytest.mark.parametrize("text", ["", "no json", "[]", "{}", '{"keys": {}}', '{"keys": []}', b"\xff"])
def test_no_set_has_no_keys(text: str | bytes) -> None:
    assert usable_keys(text) == ""


@pytest.mark.parametrize("text", ["[" * 100_000, '{"keys":' * 100_000])
def test_no_nesting_breaks_the_reader(text: str) -> None:
    assert usable_keys(text) == ""


def test_what_envoy_cannot_read_stays_here() -> None:
    odd = {"alg": float("nan"), "kid": "\ud800", "x": 10**400, "deep": json.loads("[" * 500 + "]" * 500)}
    assert kept({**RSA, **odd}) == [{name: value for name, value in RSA.items() if name not in odd}]


def test_private_parts_stay_here() -> None:
    assert kept({**RSA, "d": "secret", "p": "secret"}) == [RSA]
