"""Sets of JSON Web Keys, as far as proxies can use them.

Envoy refuses a whole listener for a set without one key that it knows. https://www.rfc-editor.org/rfc/rfc7517
"""

import base64
import json
from collections.abc import Callable, Mapping
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec

from lateen.base.foreign_json import read_json

Key = Mapping[str, Any]

_CURVES: Mapping[str, ec.EllipticCurve] = {
    "P-256": ec.SECP256R1(),
    "P-384": ec.SECP384R1(),
    "P-521": ec.SECP521R1(),
}
# In bytes. Smaller ones are no protection, larger ones are none that BoringSSL takes.
_RSA = range(128, 2048 + 1)
_SHORTEST_SECRET = 16
# What proves nothing and must not leave: the private parts.
_PRIVATE = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth"})


def usable_keys(text: str | bytes) -> str:
    """Return the keys of a set that can prove a token, as one line of JSON; "" where there are none, or no set."""
    try:
        found = read_json(text)
    except ValueError:
        return ""
    listed = found.get("keys") if isinstance(found, dict) else None
    keys = [key for key in map(_public, listed) if _is_usable(key)] if isinstance(listed, list) else []
    return json.dumps({"keys": keys}, separators=(",", ":")) if keys else ""


def _public(key: object) -> Key:
    """Return the texts of a key that may be known: of other values a proxy needs none, and some it cannot read."""
    named = key.items() if isinstance(key, dict) else ()
    return {
        name: value for name, value in named if name not in _PRIVATE and isinstance(value, str) and value.isprintable()
    }


def _is_usable(key: Key) -> bool:
    check = _KINDS.get(key.get("kty", ""))
    return check is not None and key.get("use", "sig") == "sig" and check(key)


def _rsa(key: Key) -> bool:
    return len(_decoded(key.get("n")).lstrip(b"\0")) in _RSA and bool(_decoded(key.get("e")).strip(b"\0"))


def _ec(key: Key) -> bool:
    curve = _CURVES.get(key.get("crv", ""))
    if curve is None:
        return False
    x, y = _decoded(key.get("x")), _decoded(key.get("y"))
    return len(x) == len(y) == (curve.key_size + 7) // 8 and _is_on(curve, x, y)


def _is_on(curve: ec.EllipticCurve, x: bytes, y: bytes) -> bool:
    try:
        ec.EllipticCurvePublicNumbers(int.from_bytes(x), int.from_bytes(y), curve).public_key()
    except ValueError:
        return False
    return True


def _okp(key: Key) -> bool:
    return key.get("crv") == "Ed25519" and len(_decoded(key.get("x"))) == 32


def _secret(key: Key) -> bool:
    return len(_decoded(key.get("k"))) >= _SHORTEST_SECRET


_KINDS: Mapping[str, Callable[[Key], bool]] = {"RSA": _rsa, "EC": _ec, "OKP": _okp, "oct": _secret}


def _decoded(value: object) -> bytes:
    if not isinstance(value, str):
        return b""
    try:
        return base64.urlsafe_b64decode(value + "=" * (-len(value) % 4))
    except ValueError:
        return b""
