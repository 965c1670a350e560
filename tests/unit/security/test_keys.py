import json
from typing import Any

import pytest
from tokens import Issuer, encoded

from lateen.security.keys import usable_keys

RSA: dict[str, Any] = Issuer("me").jwk
EC = {"kty": "EC", "crv": "P-256", "x": encoded(b"x" * 32), "y": encoded(b"y" * 32)}
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


def test_private_parts_stay_here() -> None:
    assert kept({**RSA, "d": "secret", "p": "secret"}) == [RSA]
