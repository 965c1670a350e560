"""Sets of JSON Web Keys, as far as proxies can use them.

Envoy refuses a whole listener for a set without one key that it knows. https://www.rfc-editor.org/rfc/rfc7517
"""

import base64
import json
from collections.abc import Callable, Mapping
from typing import Any

Key = Mapping[str, Any]

_CURVES: Mapping[object, ec.EllipticCurve] = {"P-256": ec.SECP256R1(), "P-384": ec.SECP384R1(), "P-521": ec.SECP521R1()}
# Smaller ones are no protection; BoringSSL takes none beyond 16,384 bits.
_SHORTEST_RSA, _LONGEST_RSA = 128, 2048
_SHORTEST_SECRET = 16
# What proves nothing and must not leave: the private parts.
_PRIVATE = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth"})


def usable_keys(text: str | bytes) -> str:
    """Return the keys of a set that can prove a token, as one line of JSON; "" where there are none, or no set."""
    try:
        found = json.loads(text)
    except ValueError:
        return ""
    listed = found.get("keys") if isinstance(found, dict) else None
    keys = [_public(key) for key in listed if _is_usable(key)] if isinstance(listed, list) else []
    return json.dumps({"keys": keys}, separators=(",", ":")) if keys else ""


def _public(key: Key) -> Key:
    return {name: value for name, value in key.items() if name not in _PRIVATE}


def _is_usable(key: object) -> bool:
    if not isinstance(key, dict) or key.get("use", "sig") != "sig":
        return False
    check = _KINDS.get(key.get("kty", ""))
    return check is not None and check(key)


def _rsa(key: Key) -> bool:
    return len(_decoded(key.get("n")).lstrip(b"\0")) >= _SHORTEST_RSA and bool(_decoded(key.get("e")).strip(b"\0"))


def _ec(key: Key) -> bool:
    size = _CURVES.get(key.get("crv", ""))
    return size is not None and len(_decoded(key.get("x"))) == len(_decoded(key.get("y"))) == size


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
