"""From a VirtualService's HTTP rules to routes: one front door to the plan.

https://istio.io/latest/docs/reference/config/networking/virtual-service/
"""

from collections.abc import Iterator

from lateen.base.refs import Origin
from lateen.base.selectors import matches
from lateen.kinds.networking.connection_routes import L4MatchAttributes, TLSMatchAttributes
from lateen.kinds.networking.http_match import HTTPMatchRequest
from lateen.kinds.networking.http_route import HTTPRoute
from lateen.plan.matching import RouteMatch
from lateen.plan.route import Route
from lateen.planner.header_changes import plan_changes
from lateen.planner.http_action import plan_action
from lateen.planner.matches import is_catch_all, plan_match
from lateen.planner.route_policies import plan_cors, plan_fault
from lateen.planner.site import Place, Site
from lateen.planner.traffic import Traffic, gateway_names

_EVERYTHING = RouteMatch()


def plan_routes(rules: Traffic, place: Place) -> tuple[Route, ...]:
    """Plan the routes of a VirtualService for requests that arrive at `place`, in order.

    Rules behind one that takes everything are left out.
    """
    routes: list[Route] = []
    for rule in rules.http:
        for route in _rule_routes(rule.route, place, rule.origin):
            routes.append(route)
            if is_catch_all(route.match):
                return tuple(routes)
    return tuple(routes)


def applies(match: HTTPMatchRequest | TLSMatchAttributes | L4MatchAttributes, namespace: str, site: Site) -> bool:
    """Say whether a match's conditions on where a request comes in and comes from hold at `site`; what is not
    said holds. `namespace`: the VirtualService's."""
    if match.port and match.port != site.port:
        return False
    named = gateway_names(match.gateways, namespace)
    if named and site.gateway not in named:
        return False
    if match.source_namespace and match.source_namespace != site.namespace:
        return False
    return matches(match.source_labels, site.labels)


def _rule_routes(rule: HTTPRoute, place: Place, origin: Origin) -> Iterator[Route]:
    action = plan_action(rule, place)
    if action is None:
        return
    changes = plan_changes(rule.headers)
    fault, cors = plan_fault(rule.fault), plan_cors(rule.cors_policy)
    for match in rule.match or (None,):
        if match is not None and not applies(match, place.namespace, place.site):
            continue
        yield Route(
            name=_route_name(rule, match),
            match=_EVERYTHING if match is None else plan_match(match),
            action=action,
            request_headers=changes.request,
            response_headers=changes.response,
            fault=fault,
            cors=cors,
            stat_prefix=match.stat_prefix if match else "",
            origin=origin,
        )


def _route_name(rule: HTTPRoute, match: HTTPMatchRequest | None) -> str:
    return ".".join(part for part in (rule.name, match.name if match else "") if part)
