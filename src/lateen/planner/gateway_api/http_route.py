"""From HTTPRoutes to rules: the second front door to the plan.

https://gateway-api.sigs.k8s.io/reference/spec/#httproute
"""

from collections.abc import Iterator, Sequence

from lateen.kinds.gateway_api.http_match import HTTPHeaderMatch, HTTPPathMatch, HTTPQueryParamMatch, HTTPRouteMatch
from lateen.kinds.gateway_api.http_route import (
    HTTPBackendRef,
    HTTPRouteRetry,
    HTTPRouteRule,
    HTTPRouteSpec,
    HTTPRouteTimeouts,
)
from lateen.kinds.object import Object
from lateen.plan.matching import NamedMatch, RouteMatch, StringMatch
from lateen.plan.route import DirectResponse, Retries
from lateen.planner.gateway_api.actions import FAILED, Filters, plan_copies, plan_shares, read_filters
from lateen.planner.gateway_api.backends import Permitted
from lateen.planner.gateway_api.sessions import plan_session
from lateen.planner.http_rule import HttpRule, Match, Refer, Send
from lateen.registry.durations import milliseconds


def http_rules(found: Object, permitted: Permitted) -> Iterator[HttpRule]:
    """Read the rules of an HTTPRoute, in order. `permitted`: of references to other namespaces."""
    spec: HTTPRouteSpec = found.model.spec
    for index, rule in enumerate(spec.rules):
        backends = [(one, read_filters(one.filters)) for one in rule.backend_refs if one.weight]
        filters = read_filters(rule.filters)
        if len(backends) == 1:
            filters = filters.beside(backends[0][1])
        yield HttpRule(
            action=_action(rule, filters, backends, found.namespace, permitted),
            matches=tuple(Match(request=plan_match(one)) for one in rule.matches),
            name=rule_name(found, index, rule.name),
            request_headers=filters.request.headers,
            response_headers=filters.response.headers,
            cors=filters.cors,
            session=plan_session(rule.session_persistence, rule_name(found, index)),
            origin=found.origin_at(f"spec.rules[{index}]"),
        )


def rule_name(found: Object, index: int, said: str = "") -> str:
    """Name a rule as its user does, or else by its route and its place there."""
    return said or f"{found.namespace}.{found.name}.{index}"


def plan_match(said: HTTPRouteMatch) -> RouteMatch:
    """Plan what requests a match takes."""
    method = (NamedMatch(":method", StringMatch("exact", said.method)),) if said.method else ()
    return RouteMatch(
        path=_path(said.path),
        headers=(*(NamedMatch(one.name.lower(), text_match(one)) for one in said.headers), *method),
        query=tuple(NamedMatch(one.name, text_match(one)) for one in said.query_params),
    )


def text_match(said: HTTPHeaderMatch | HTTPQueryParamMatch) -> StringMatch:
    """Plan how a value is compared."""
    return StringMatch("exact" if said.type == "Exact" else "regex", said.value)


def _path(said: HTTPPathMatch) -> StringMatch:
    match said.type:
        case "Exact":
            return StringMatch("exact", said.value)
        case "PathPrefix":
            return StringMatch("path_prefix", said.value)
        case "RegularExpression":
            return StringMatch("regex", said.value)


def _action(
    rule: HTTPRouteRule,
    filters: Filters,
    backends: Sequence[tuple[HTTPBackendRef, Filters]],
    namespace: str,
    permitted: Permitted,
) -> Send | Refer | DirectResponse:
    if filters.unknown:
        return DirectResponse(FAILED)
    if filters.redirect is not None:
        return filters.redirect
    shares = plan_shares(backends, namespace, permitted)
    if isinstance(shares, DirectResponse):
        return shares
    timeouts = rule.timeouts or _NO_TIMEOUTS
    each = milliseconds(timeouts.backend_request)
    return Send(
        shares=shares,
        timeout_ms=milliseconds(timeouts.request) or (0 if rule.retry else each),
        retries=_retries(rule.retry, each) if rule.retry else None,
        rewrite=filters.whole_rewrite,
        mirrors=plan_copies(filters.mirrors, namespace, permitted),
        missing=FAILED,
    )


_NO_TIMEOUTS = HTTPRouteTimeouts()


def _retries(said: HTTPRouteRetry, each: int) -> Retries:
    usual = Retries()
    return Retries(
        attempts=usual.attempts if said.attempts is None else said.attempts,
        per_try_timeout_ms=each,
        statuses=tuple(said.codes),
        backoff_ms=milliseconds(said.backoff),
    )
