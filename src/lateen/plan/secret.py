"""Secrets: certificates and keys that a proxy uses by name."""

from msgspec import Struct

from lateen.base.redacted import Redacted
from lateen.base.refs import Origin


class Secret(Struct, frozen=True, kw_only=True):
    """A certificate `chain` with its `key`, or `roots` to check others with (and `revoked` ones); in PEM."""

    name: str
    chain: bytes = b""
    key: Redacted | None = None
    roots: bytes = b""
    revoked: bytes = b""
    origin: Origin = Origin()


def secret_name(credential: str) -> str:
    """Return the name of a credential's certificate as a resource."""
    return credential if "://" in credential else f"kubernetes://{credential}"


def roots_name(credential: str) -> str:
    """Return the name of the roots that a credential's peers are checked with."""
    return f"{secret_name(credential)}-cacert"
