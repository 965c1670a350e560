"""Filters of routes that change headers; a request's Host is no header to Envoy, and is told apart.

https://gateway-api.sigs.k8s.io/reference/spec/#httpheaderfilter
"""

from collections.abc import Iterable

from msgspec import Struct

from lateen.kinds.gateway_api.header_filters import HTTPHeader, HTTPHeaderFilter
from lateen.plan.route import HeaderChanges

_HOST = "host"


class Changes(Struct, frozen=True):
    """`authority`: what requests' Host becomes, "" = as it came."""

    headers: HeaderChanges = HeaderChanges()
    authority: str = ""


def plan_changes(said: HTTPHeaderFilter | None) -> Changes:
    """Plan the changes of a filter."""
    if said is None:
        return Changes()
    changes = HeaderChanges(set=_pairs(said.set), add=_pairs(said.add), remove=said.remove)
    given = (one.value for one in (*said.set, *said.add) if one.name.lower() == _HOST)
    return Changes(changes, next(given, ""))


def _pairs(headers: Iterable[HTTPHeader]) -> tuple[tuple[str, str], ...]:
    """Values stand for themselves: `%` means nothing in them."""
    kept = (one for one in headers if one.name.lower() != _HOST)
    return tuple(sorted((one.name, one.value.replace("%", "%%")) for one in kept))
