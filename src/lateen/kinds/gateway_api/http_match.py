"""Which requests a rule of an HTTPRoute takes.

https://gateway-api.sigs.k8s.io/reference/spec/#httproutematch
"""

from collections.abc import Iterator
from typing import Annotated, Literal

import re2
from msgspec import Meta

from lateen.base.errors import Fault
from lateen.kinds.gateway_api.header_filters import repeated
from lateen.kinds.gateway_api.names import HeaderName, HeaderValue, PathText
from lateen.kinds.model import Model

_CHARACTERS = re2.compile(r"^(?:[-A-Za-z0-9/._~!$&'()*+,;=:@]|[%][0-9a-fA-F]{2})+$")


class HTTPPathMatch(Model, frozen=True, kw_only=True):
    """A path: whole, by its first segments, or by an expression."""

    type: Literal["Exact", "PathPrefix", "RegularExpression"] = "PathPrefix"
    value: PathText = "/"


class HTTPHeaderMatch(Model, frozen=True, kw_only=True):
    """A header: its whole value, or an expression."""

    type: Literal["Exact", "RegularExpression"] = "Exact"
    name: HeaderName
    value: HeaderValue


class HTTPQueryParamMatch(Model, frozen=True, kw_only=True):
    """A parameter of the query: its whole value, or an expression."""

    type: Literal["Exact", "RegularExpression"] = "Exact"
    name: HeaderName
    value: Annotated[str, Meta(min_length=1, max_length=1024)]


class HTTPRouteMatch(Model, frozen=True, kw_only=True):
    """All of it must hold."""

    path: HTTPPathMatch = HTTPPathMatch()
    headers: Annotated[tuple[HTTPHeaderMatch, ...], Meta(max_length=16)] = ()
    query_params: Annotated[tuple[HTTPQueryParamMatch, ...], Meta(max_length=16)] = ()
    method: Literal["GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH"] | None = None


def match_faults(path: str, found: HTTPRouteMatch) -> Iterator[Fault]:
    """Yield what is wrong with a match."""
    yield from repeated(f"{path}.headers", [header.name for header in found.headers])
    yield from repeated(f"{path}.queryParams", [parameter.name for parameter in found.query_params])
    if found.path.type == "RegularExpression":
        return
    field, text = f"{path}.path.value", found.path.value
    types = "when type one of ['Exact', 'PathPrefix']"
    if not text.startswith("/"):
        yield Fault(field, f"value must be an absolute path and start with '/' {types}")
    for part in ("//", "/./", "/../", "%2f", "%2F", "#"):
        if part in text:
            yield Fault(field, f"must not contain '{part}' {types}")
    for end in ("/..", "/."):
        if text.endswith(end):
            yield Fault(field, f"must not end with '{end}' {types}")
    if not _CHARACTERS.search(text):
        yield Fault(field, "must only contain valid characters for types ['Exact', 'PathPrefix']")
