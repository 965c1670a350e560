"""From GRPCRoutes to rules: gRPC calls are requests whose path is their service and method.

https://gateway-api.sigs.k8s.io/reference/spec/#grpcroute
"""

import re
from collections.abc import Iterator, Sequence

from lateen.kinds.gateway_api.grpc_route import (
    GRPCHeaderMatch,
    GRPCMethodMatch,
    GRPCRouteFilter,
    GRPCRouteMatch,
    GRPCRouteRule,
    GRPCRouteSpec,
)
from lateen.kinds.gateway_api.references import BackendRef
from lateen.kinds.object import Object
from lateen.plan.matching import NamedMatch, RouteMatch, StringMatch
from lateen.plan.route import DirectResponse
from lateen.planner.gateway_api.actions import FAILED, Filters, plan_copies, plan_shares
from lateen.planner.gateway_api.backends import Permitted
from lateen.planner.gateway_api.header_filters import plan_changes
from lateen.planner.gateway_api.http_route import rule_name
from lateen.planner.gateway_api.sessions import plan_session
from lateen.planner.http_rule import HttpRule, Match, Send

_NAME = "[^/]+"


def grpc_rules(found: Object, permitted: Permitted) -> Iterator[HttpRule]:
    """Read the rules of a GRPCRoute, in order; a route without rules has one that takes every call."""
    spec: GRPCRouteSpec = found.model.spec
    for index, rule in enumerate(spec.rules or (GRPCRouteRule(),)):
        backends = [(one, _filters(one.filters)) for one in rule.backend_refs if one.weight]
        filters = _filters(rule.filters)
        if len(backends) == 1:
            filters = filters.beside(backends[0][1])
        matches = rule.matches or (GRPCRouteMatch(),)
        yield HttpRule(
            action=_action(filters, backends, found.namespace, permitted),
            matches=tuple(Match(request=plan_match(one)) for one in matches),
            name=rule_name(found, index, rule.name),
            request_headers=filters.request.headers,
            response_headers=filters.response.headers,
            session=plan_session(rule.session_persistence, rule_name(found, index)),
            origin=found.origin_at(f"spec.rules[{index}]"),
        )


def plan_match(said: GRPCRouteMatch) -> RouteMatch:
    """Plan what calls a match takes."""
    headers = tuple(NamedMatch(one.name.lower(), _text(one)) for one in said.headers)
    return RouteMatch(path=_path(said.method or GRPCMethodMatch()), headers=headers)


def _path(said: GRPCMethodMatch) -> StringMatch:
    if said.type == "Exact" and said.service:
        return StringMatch("exact", f"/{said.service}/{said.method}") if said.method else _of_service(said.service)
    if not said.service and not said.method:
        return StringMatch("path_prefix", "/")
    service, method = said.service or _NAME, said.method or _NAME
    if said.type == "Exact":
        method = re.escape(method) if said.method else method
    return StringMatch("regex", f"/{service}/{method}")


def _of_service(service: str) -> StringMatch:
    return StringMatch("prefix", f"/{service}/")


def _text(said: GRPCHeaderMatch) -> StringMatch:
    return StringMatch("exact" if said.type == "Exact" else "regex", said.value)


def _filters(said: tuple[GRPCRouteFilter, ...]) -> Filters:
    return Filters(
        request=plan_changes(next((one.request_header_modifier for one in said if one.request_header_modifier), None)),
        response=plan_changes(
            next((one.response_header_modifier for one in said if one.response_header_modifier), None)
        ),
        mirrors=tuple(one.request_mirror for one in said if one.request_mirror),
        unknown=any(one.type == "ExtensionRef" for one in said),
    )


def _action(
    filters: Filters, backends: Sequence[tuple[BackendRef, Filters]], namespace: str, permitted: Permitted
) -> Send | DirectResponse:
    shares = plan_shares(backends, namespace, permitted)
    if filters.unknown or isinstance(shares, DirectResponse):
        return DirectResponse(FAILED)
    return Send(
        shares=shares,
        rewrite=filters.whole_rewrite,
        mirrors=plan_copies(filters.mirrors, namespace, permitted),
        missing=FAILED,
    )
