"""HTTPRoute: where HTTP requests go.

https://gateway-api.sigs.k8s.io/reference/spec/#httproute
"""

from collections.abc import Iterator
from typing import Annotated, Literal

from msgspec import Meta

from lateen.base.errors import Fault
from lateen.kinds.durations import nanoseconds
from lateen.kinds.gateway_api.conditions import RouteStatus
from lateen.kinds.gateway_api.http_filters import HTTPRouteFilter, http_filters_faults, replaces_prefix
from lateen.kinds.gateway_api.http_match import HTTPPathMatch, HTTPRouteMatch, match_faults
from lateen.kinds.gateway_api.names import CATEGORIES, GROUP, GatewayDuration, Hostname, SectionName
from lateen.kinds.gateway_api.references import BackendRef, ParentReference, backends_faults, parents_faults
from lateen.kinds.gateway_api.rules import names_faults
from lateen.kinds.gateway_api.session_persistence import SessionPersistence, session_faults
from lateen.kinds.meta import ObjectMeta
from lateen.kinds.model import Model
from lateen.kinds.spec import AGE, Column, KindSpec

MATCHES = 128
"""How many matches all rules of a route may have together."""
_Code = Annotated[int, Meta(ge=400, le=599)]
_EVERYTHING = (HTTPRouteMatch(path=HTTPPathMatch()),)


class HTTPBackendRef(BackendRef, frozen=True, kw_only=True):
    """A destination, with filters of its own."""

    filters: Annotated[tuple[HTTPRouteFilter, ...], Meta(max_length=16)] = ()


class HTTPRouteTimeouts(Model, frozen=True, kw_only=True):
    """How long a request may take, and each try at a backend; "0s" = as long as it takes."""

    request: GatewayDuration = ""
    backend_request: GatewayDuration = ""


class HTTPRouteRetry(Model, frozen=True, kw_only=True):
    """How often, after which pause and for which answers a request is tried again."""

    attempts: Annotated[int, Meta(ge=1)] | None = None
    backoff: GatewayDuration = ""
    codes: tuple[_Code, ...] = ()


class HTTPRouteRule(Model, frozen=True, kw_only=True):
    """A request that one of the matches takes is filtered and forwarded."""

    name: SectionName = ""
    matches: Annotated[tuple[HTTPRouteMatch, ...], Meta(max_length=64)] = _EVERYTHING
    filters: Annotated[tuple[HTTPRouteFilter, ...], Meta(max_length=16)] = ()
    backend_refs: Annotated[tuple[HTTPBackendRef, ...], Meta(max_length=16)] = ()
    timeouts: HTTPRouteTimeouts | None = None
    retry: HTTPRouteRetry | None = None
    session_persistence: SessionPersistence | None = None


class HTTPRouteSpec(Model, frozen=True, kw_only=True):
    """`hostnames` empty = all of the parents'."""

    parent_refs: Annotated[tuple[ParentReference, ...], Meta(max_length=32)] = ()
    hostnames: Annotated[tuple[Hostname, ...], Meta(max_length=16)] = ()
    rules: Annotated[tuple[HTTPRouteRule, ...], Meta(min_length=1, max_length=16)] = (HTTPRouteRule(),)
    use_default_gateways: Literal["All", "None"] | None = None


class HTTPRoute(Model, frozen=True, kw_only=True):
    """The whole object."""

    api_version: str
    kind: str
    metadata: ObjectMeta
    spec: HTTPRouteSpec
    status: RouteStatus = RouteStatus()


def validate(found: HTTPRoute) -> Iterator[Fault]:
    """Yield what is wrong beyond the schema."""
    spec = found.spec
    yield from parents_faults("spec.parentRefs", spec.parent_refs)
    yield from names_faults("spec.rules", [rule.name for rule in spec.rules])
    if sum(len(rule.matches) for rule in spec.rules) > MATCHES:
        yield Fault("spec.rules", f"the total number of matches across all rules in a route must be at most {MATCHES}")
    for index, rule in enumerate(spec.rules):
        yield from _rule_faults(f"spec.rules[{index}]", rule)


def _rule_faults(path: str, rule: HTTPRouteRule) -> Iterator[Fault]:
    for index, match in enumerate(rule.matches):
        yield from match_faults(f"{path}.matches[{index}]", match)
    yield from http_filters_faults(f"{path}.filters", rule.filters)
    yield from backends_faults(f"{path}.backendRefs", rule.backend_refs)
    for index, backend in enumerate(rule.backend_refs):
        yield from http_filters_faults(f"{path}.backendRefs[{index}].filters", backend.filters)
    if rule.backend_refs and any(each.request_redirect is not None for each in rule.filters):
        yield Fault(f"{path}.filters", "RequestRedirect filter must not be used together with backendRefs")
    yield from _prefix_faults(path, rule)
    yield from _timeout_faults(f"{path}.timeouts", rule.timeouts)
    yield from session_faults(f"{path}.sessionPersistence", rule.session_persistence)


def _prefix_faults(path: str, rule: HTTPRouteRule) -> Iterator[Fault]:
    """Only the one prefix that matched can be replaced."""
    if len(rule.matches) == 1 and rule.matches[0].path.type == "PathPrefix":
        return
    inner = [each for backend in rule.backend_refs for each in backend.filters]
    for where, filters in (("", rule.filters), ("Within backendRefs, ", inner)):
        for name in dict.fromkeys(filter(None, map(replaces_prefix, filters))):
            when = f"when using {name} filter with path.replacePrefixMatch"
            said = f"{where}{when}, exactly one PathPrefix match must be specified"
            yield Fault(f"{path}.matches", said if where else said[0].upper() + said[1:])


def _timeout_faults(path: str, timeouts: HTTPRouteTimeouts | None) -> Iterator[Fault]:
    if timeouts is None or not timeouts.request or not timeouts.backend_request:
        return
    whole, each = nanoseconds(timeouts.request) or 0, nanoseconds(timeouts.backend_request) or 0
    if whole and each > whole:
        yield Fault(f"{path}.backendRequest", "backendRequest timeout cannot be longer than request timeout")


SPEC = KindSpec(
    group=GROUP,
    kind="HTTPRoute",
    plural="httproutes",
    versions=("v1", "v1beta1"),
    categories=CATEGORIES,
    defaulted=True,
    model=HTTPRoute,
    validate=validate,
    columns=(Column("Hostnames", ".spec.hostnames"), AGE),
)
