"""Issue tokens for tests: a signer with a key of its own, and the public set of it."""

import base64
import json
import time
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa


def encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def number(value: int) -> str:
    return encoded(value.to_bytes((value.bit_length() + 7) // 8, "big"))


class Issuer:
    """Signs tokens as `name` with a key `kid`."""

    def __init__(self, name: str, kid: str = "one") -> None:
        self.name, self.kid = name, kid
        self._key = rsa.generate_private_key(public_exponent=65537, key_size=2048)

    @property
    def jwk(self) -> dict[str, str]:
        public = self._key.public_key().public_numbers()
        return {"kty": "RSA", "alg": "RS256", "kid": self.kid, "n": number(public.n), "e": number(public.e)}

    @property
    def jwks(self) -> str:
        return json.dumps({"keys": [self.jwk]})

    def token(self, subject: str = "me", *, life: float = 600, **claims: Any) -> str:
        """A token of `subject` for `life` seconds from now, negative: it has expired."""
        said = {"iss": self.name, "sub": subject, "exp": int(time.time() + life), **claims}
        parts = [{"alg": "RS256", "typ": "JWT", "kid": self.kid}, said]
        text = ".".join(encoded(json.dumps(part).encode()) for part in parts)
        return f"{text}.{encoded(self._key.sign(text.encode(), padding.PKCS1v15(), hashes.SHA256()))}"
