"""From a VirtualService's match to the plan's."""

from collections.abc import Iterator, Mapping
from operator import itemgetter

from lateen.kinds.networking.connection_routes import L4MatchAttributes, TLSMatchAttributes
from lateen.kinds.networking.http_match import CLAIMS, HTTPMatchRequest
from lateen.kinds.networking.string_match import StringMatch as Text
from lateen.plan.matching import ClaimMatch, NamedMatch, RouteMatch, StringMatch
from lateen.planner.site import Where, gateway_names

_PRESENT = StringMatch("present")
_EVERY_PATH = (StringMatch("prefix", "/"), StringMatch("path_prefix", "/"), StringMatch("regex", ".*"))


def plan_match(match: HTTPMatchRequest) -> RouteMatch:
    """Plan what a request must look like; where it comes from (port, gateway, source) is not part of it."""
    return RouteMatch(
        path=_path(match),
        headers=(*_headers(match), *_pseudo_headers(match)),
        query=tuple(_named(match.query_params, lower=False)),
        claims=(*_claims(match.headers, False), *_claims(match.without_headers, True)),
    )


def where(match: HTTPMatchRequest | TLSMatchAttributes | L4MatchAttributes, namespace: str) -> Where:
    """Read a match's condition on where a request comes in and comes from. `namespace`: the VirtualService's."""
    return Where(
        port=match.port or 0,
        gateways=gateway_names(match.gateways, namespace),
        namespace=match.source_namespace,
        labels=match.source_labels,
    )


def is_catch_all(match: RouteMatch) -> bool:
    """Say whether every request matches, so that no later route is ever reached."""
    whole = match.path is None or match.path in _EVERY_PATH
    return whole and not match.headers and not match.query and not match.claims


def plan_text(text: Text) -> StringMatch:
    """Plan one comparison; an empty one asks only that there be a value at all."""
    if text.exact is not None:
        return StringMatch("exact", text.exact)
    if text.prefix is not None:
        return StringMatch("prefix", text.prefix)
    if text.regex is not None:
        return StringMatch("regex", text.regex)
    return _PRESENT


def _path(match: HTTPMatchRequest) -> StringMatch | None:
    if match.uri is None:
        return None
    path = plan_text(match.uri)
    if match.ignore_uri_case and path.kind in ("exact", "prefix"):
        return StringMatch(path.kind, path.value, True)
    return path


def _headers(match: HTTPMatchRequest) -> Iterator[NamedMatch]:
    yield from _named(match.headers)
    yield from (NamedMatch(one.name, one.match, True) for one in _named(match.without_headers))


def _pseudo_headers(match: HTTPMatchRequest) -> Iterator[NamedMatch]:
    parts = ((":method", match.method), (":authority", match.authority), (":scheme", match.scheme))
    return (NamedMatch(name, plan_text(text)) for name, text in parts if text is not None)


def _named(matches: Mapping[str, Text], lower: bool = True) -> Iterator[NamedMatch]:
    for name, text in sorted(matches.items(), key=itemgetter(0)):
        if name.startswith(CLAIMS):
            continue
        yield NamedMatch(name.lower() if lower else name, plan_text(text))


def _claims(matches: Mapping[str, Text], invert: bool) -> Iterator[ClaimMatch]:
    """Read the claims among headers: `@request.auth.claims.a.b`, or `@request.auth.claims[a][b]` where names have
    dots."""
    for name, text in sorted(matches.items(), key=itemgetter(0)):
        if name.startswith(CLAIMS):
            rest = name.removeprefix(CLAIMS)
            path = rest.strip("[]").split("][") if rest.startswith("[") else rest.removeprefix(".").split(".")
            yield ClaimMatch(tuple(path), plan_text(text), invert)
