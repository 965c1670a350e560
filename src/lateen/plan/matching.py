"""Which requests a route takes: how texts, headers, query parameters and paths are compared."""

from typing import Literal

from msgspec import Struct


class StringMatch(Struct, frozen=True, gc=False):
    """How a text is compared. `prefix` is a plain text prefix; `path_prefix` ends at a `/` (Gateway API);
    `regex` is RE2 and must match the whole text; `present` ignores `value`."""

    kind: Literal["exact", "prefix", "path_prefix", "suffix", "regex", "present"]
    value: str = ""
    ignore_case: bool = False


class NamedMatch(Struct, frozen=True, gc=False):
    """A header (lower case; pseudo headers `:method`, `:authority`, `:scheme` too) or query parameter."""

    name: str
    match: StringMatch
    invert: bool = False


class ClaimMatch(Struct, frozen=True, gc=False):
    """A claim of a verified token, at `path` within it: a text that matches, or a list with one."""

    path: tuple[str, ...]
    match: StringMatch
    invert: bool = False


class RouteMatch(Struct, frozen=True, kw_only=True, gc=False):
    """All of it must hold. `path` None = every path. Query string is not part of the path."""

    path: StringMatch | None = None
    headers: tuple[NamedMatch, ...] = ()
    query: tuple[NamedMatch, ...] = ()
    claims: tuple[ClaimMatch, ...] = ()


_SPECIAL = frozenset(r"\.+*?()|[]{}^$")


def escape(text: str) -> str:
    """Return the RE2 expression that matches `text` itself."""
    return "".join("\\" + char if char in _SPECIAL else char for char in text)
