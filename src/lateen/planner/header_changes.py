"""From changes of headers to the plan's; a request's Host is no header to Envoy, and is told apart."""

from collections.abc import Iterable, Mapping

from msgspec import Struct

from lateen.kinds.networking.headers import HeaderOperations, Headers
from lateen.plan.route import HeaderChanges

_NONE = HeaderChanges()
_AUTHORITY = frozenset({"host", ":authority"})


class Changes(Struct, frozen=True):
    """`authority`: what requests' Host becomes, "" = as it came."""

    request: HeaderChanges = _NONE
    response: HeaderChanges = _NONE
    authority: str = ""


_NO_CHANGES = Changes()


def plan_changes(headers: Headers | None) -> Changes:
    """Plan what is said of headers."""
    if headers is None:
        return _NO_CHANGES
    return Changes(_operations(headers.request), _operations(headers.response), _authority(headers.request))


def _operations(changes: HeaderOperations | None) -> HeaderChanges:
    if changes is None:
        return _NONE
    return HeaderChanges(set=_pairs(changes.set), add=_pairs(changes.add), remove=changes.remove)


def _pairs(values: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    return tuple(sorted((name, value) for name, value in values.items() if name.lower() not in _AUTHORITY))


def _authority(changes: HeaderOperations | None) -> str:
    if changes is None:
        return ""
    said: Iterable[tuple[str, str]] = (*changes.set.items(), *changes.add.items())
    return next((value for name, value in said if name.lower() in _AUTHORITY), "")
