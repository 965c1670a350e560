"""Secrets: certificates and keys that a proxy uses by name."""

from collections.abc import Iterable

from msgspec import Struct

from lateen.base.redacted import Redacted
from lateen.base.refs import Key, Origin


class Secret(Struct, frozen=True, kw_only=True):
    """A certificate `chain` with its `key`, or `roots` to check others with (and `revoked` ones); in PEM."""

    name: str
    chain: bytes = b""
    key: Redacted | None = None
    roots: bytes = b""
    revoked: bytes = b""
    origin: Origin = Origin()


AUTHORITIES = "configmap://"


def authorities_credential(keys: Iterable[Key]) -> str:
    """Name the authorities in ConfigMaps, taken together."""
    return AUTHORITIES + ",".join(map(str, keys))


def authorities_keys(credential: str) -> tuple[Key, ...]:
    """Return the ConfigMaps of such a name; () for other credentials."""
    if not credential.startswith(AUTHORITIES):
        return ()
    pairs = (one.partition("/") for one in credential.removeprefix(AUTHORITIES).split(","))
    return tuple(Key(namespace, name) for namespace, _, name in pairs)


def secret_name(credential: str) -> str:
    """Return the name of a credential's certificate as a resource."""
    return credential if "://" in credential else f"kubernetes://{credential}"


def roots_name(credential: str) -> str:
    """Return the name of the roots that a credential's peers are checked with."""
    return f"{secret_name(credential)}-cacert"
