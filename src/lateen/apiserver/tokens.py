"""Sign and verify service-account tokens: ES256 JWTs with Kubernetes' claims. Does no I/O."""

import base64
import binascii
import secrets
from collections.abc import Mapping
from typing import Any, NamedTuple

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature

# https://datatracker.ietf.org/doc/html/rfc7519, rfc7518 section 3.4 (ES256), rfc7638 (the key's id)
ISSUER = "https://kubernetes.default.svc.cluster.local"
AUDIENCE = ISSUER
_SIZE = 32  # bytes of each half of a signature
_SHA256 = ec.ECDSA(hashes.SHA256())
_LEEWAY = 60  # seconds that a clock may be behind


class TokenInvalid(Exception):
    """A token that proves nothing; the message says why, without the token."""


class Reference(NamedTuple):
    """One object as a token names it."""

    name: str
    uid: str


class Subject(NamedTuple):
    """Whom a token speaks for: a service account, and the pod and node that it is bound to, when it is."""

    namespace: str
    account: Reference
    pod: Reference | None = None
    node: Reference | None = None


class Claims(NamedTuple):
    """What a verified token says; times in seconds since the epoch."""

    subject: Subject
    audiences: tuple[str, ...]
    expires: float
    token_id: str


class TokenKey:
    """The API server's own signing key (EC P-256)."""

    def __init__(self, key: ec.EllipticCurvePrivateKey) -> None:
        self._key = key
        self.key_id = _thumbprint(key.public_key())

    @classmethod
    def from_pem(cls, pem: bytes) -> "TokenKey":
        """Load the key from PKCS#8 PEM; raises ValueError for any other kind of key."""
        key = serialization.load_pem_private_key(pem, None)
        if not isinstance(key, ec.EllipticCurvePrivateKey) or not isinstance(key.curve, ec.SECP256R1):
            raise ValueError("the token key is no EC P-256 key")
        return cls(key)

    def sign(self, subject: Subject, audiences: tuple[str, ...], now: float, seconds: int) -> str:
        """Make a token for `subject` that is good from `now` on for `seconds`."""
        claims = _claims(subject, audiences, int(now), seconds)
        head = _encoded({"alg": "ES256", "kid": self.key_id, "typ": "JWT"})
        signed = f"{head}.{_encoded(claims)}"
        r, s = decode_dss_signature(self._key.sign(signed.encode(), _SHA256))
        return f"{signed}.{_base64(r.to_bytes(_SIZE) + s.to_bytes(_SIZE))}"

    def verify(self, token: str, now: float) -> Claims:
        """Check signature, issuer and time; raises TokenInvalid. Who it names may be gone: that is for others."""
        parts = token.split(".")
        if len(parts) != 3:
            raise TokenInvalid("not a JWT")
        head, claims = _decoded(parts[0]), _decoded(parts[1])
        if head.get("alg") != "ES256" or head.get("kid") != self.key_id:
            raise TokenInvalid("signed by another key, or not by ES256")
        self._check_signature(f"{parts[0]}.{parts[1]}".encode(), _bytes(parts[2]))
        if claims.get("iss") != ISSUER:
            raise TokenInvalid("issued by somebody else")
        read = _read(claims)
        if now >= read.expires:
            raise TokenInvalid("expired")
        if now + _LEEWAY < claims.get("nbf", 0):
            raise TokenInvalid("not valid yet")
        return read

    def _check_signature(self, signed: bytes, signature: bytes) -> None:
        if len(signature) != 2 * _SIZE:
            raise TokenInvalid("the signature has the wrong size")
        halves = int.from_bytes(signature[:_SIZE]), int.from_bytes(signature[_SIZE:])
        try:
            self._key.public_key().verify(encode_dss_signature(*halves), signed, _SHA256)
        except InvalidSignature:
            raise TokenInvalid("the signature does not fit") from None

    def jwks(self) -> dict[str, Any]:
        """The public key, as others verify tokens with it (RFC 7517)."""
        return {"keys": [_public(self._key.public_key()) | {"use": "sig", "kid": self.key_id, "alg": "ES256"}]}


def _claims(subject: Subject, audiences: tuple[str, ...], now: int, seconds: int) -> dict[str, Any]:
    bound: dict[str, Any] = {
        "namespace": subject.namespace,
        "serviceaccount": subject.account._asdict(),
    }
    if subject.pod:
        bound["pod"] = subject.pod._asdict()
    if subject.node:
        bound["node"] = subject.node._asdict()
    return {
        "aud": list(audiences),
        "exp": now + seconds,
        "iat": now,
        "iss": ISSUER,
        "jti": secrets.token_hex(16),
        "kubernetes.io": bound,
        "nbf": now,
        "sub": f"system:serviceaccount:{subject.namespace}:{subject.account.name}",
    }


def _read(claims: Mapping[str, Any]) -> Claims:
    try:
        bound = claims["kubernetes.io"]
        account, pod, node = (bound.get(name) for name in ("serviceaccount", "pod", "node"))
        subject = Subject(bound["namespace"], Reference(**account), _reference(pod), _reference(node))
        audiences = claims["aud"]
        listed = (audiences,) if isinstance(audiences, str) else tuple(audiences)
        return Claims(subject, listed, float(claims["exp"]), str(claims.get("jti", "")))
    except (KeyError, TypeError, ValueError, AttributeError):
        raise TokenInvalid("claims are missing") from None


def _reference(claim: Mapping[str, str] | None) -> Reference | None:
    return Reference(claim["name"], claim.get("uid", "")) if claim else None


def _public(key: ec.EllipticCurvePublicKey) -> dict[str, str]:
    point = key.public_numbers()
    return {
        "crv": "P-256",
        "kty": "EC",
        "x": _base64(point.x.to_bytes(_SIZE)),
        "y": _base64(point.y.to_bytes(_SIZE)),
    }


def _thumbprint(key: ec.EllipticCurvePublicKey) -> str:
    digest = hashes.Hash(hashes.SHA256())
    digest.update(msgspec.json.encode(_public(key), order="sorted"))
    return _base64(digest.finalize())


def _encoded(value: Mapping[str, Any]) -> str:
    return _base64(msgspec.json.encode(value))


def _base64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _bytes(text: str) -> bytes:
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise TokenInvalid("not base64") from None


def _decoded(text: str) -> dict[str, Any]:
    try:
        value = msgspec.json.decode(_bytes(text))
    except msgspec.DecodeError:
        raise TokenInvalid("not JSON") from None
    if not isinstance(value, dict):
        raise TokenInvalid("not a JSON object")
    return value
