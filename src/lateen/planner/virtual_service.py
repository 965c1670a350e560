"""From a VirtualService's HTTP rules to routes: one front door to the plan.

https://istio.io/latest/docs/reference/config/networking/virtual-service/
"""

from base64 import b64decode
from collections.abc import Iterator

from lateen.base.hosts import fqdn
from lateen.base.refs import Origin
from lateen.base.selectors import matches
from lateen.kinds.networking.connection_routes import L4MatchAttributes, TLSMatchAttributes
from lateen.kinds.networking.destination import Destination as Target
from lateen.kinds.networking.headers import HeaderOperations, Headers
from lateen.kinds.networking.http_actions import HTTPDirectResponse, HTTPRedirect, HTTPRewrite
from lateen.kinds.networking.http_match import HTTPMatchRequest
from lateen.kinds.networking.http_route import HTTPRoute, HTTPRouteDestination
from lateen.kinds.networking.retries import HTTPRetry
from lateen.plan.route import (
    Destination,
    DirectResponse,
    Forward,
    HeaderChanges,
    Redirect,
    Retries,
    Rewrite,
    Route,
    RouteMatch,
)
from lateen.planner import names
from lateen.planner.matches import is_catch_all, plan_match
from lateen.planner.site import Lookup, Site
from lateen.planner.traffic import Traffic, gateway_names
from lateen.registry.durations import milliseconds

_NO_CHANGES = HeaderChanges()
_EVERYTHING = RouteMatch()


def plan_routes(rules: Traffic, site: Site, lookup: Lookup) -> tuple[Route, ...]:
    """Plan the routes of a VirtualService for requests that arrive at `site`, in order.

    Rules behind one that takes everything are left out. `lookup` tells a destination's port where the rule
    does not name it.
    """
    routes: list[Route] = []
    for index, rule in enumerate(rules.spec.http):
        origin = rules.origin_at(f"spec.http[{index}]")
        for route in _rule_routes(rule, rules.namespace, site, lookup, origin):
            routes.append(route)
            if is_catch_all(route.match):
                return tuple(routes)
    return tuple(routes)


def target_name(target: Target, namespace: str, port: int, lookup: Lookup) -> str:
    """Name the upstream of a destination. Without a port: the service's only one, else `port`, where the
    request came in."""
    host = fqdn(target.host, namespace).lower()
    number = target.port.number if target.port and target.port.number else 0
    if not number:
        service = lookup(host)
        number = service.ports[0].number if service and len(service.ports) == 1 else port
    return names.outbound(number, target.subset, host)


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


def _rule_routes(rule: HTTPRoute, namespace: str, site: Site, lookup: Lookup, origin: Origin) -> Iterator[Route]:
    action = _action(rule, namespace, site, lookup)
    if action is None:
        return
    request, response = _changes(rule.headers)
    for match in rule.match or (None,):
        if match is not None and not applies(match, namespace, site):
            continue
        yield Route(
            name=_route_name(rule, match),
            match=_EVERYTHING if match is None else plan_match(match),
            action=action,
            request_headers=request,
            response_headers=response,
            origin=origin,
        )


def _route_name(rule: HTTPRoute, match: HTTPMatchRequest | None) -> str:
    return ".".join(part for part in (rule.name, match.name if match else "") if part)


def _action(rule: HTTPRoute, namespace: str, site: Site, lookup: Lookup) -> Forward | Redirect | DirectResponse | None:
    if rule.redirect is not None:
        return _redirect(rule.redirect)
    if rule.direct_response is not None:
        return _answer(rule.direct_response)
    destinations = tuple(_destinations(rule.route, namespace, site.port, lookup))
    if not destinations:
        return None
    return Forward(
        destinations=destinations,
        timeout_ms=milliseconds(rule.timeout),
        retries=plan_retries(rule.retries or site.retries),
        rewrite=_rewrite(rule.rewrite),
    )


def _destinations(
    targets: tuple[HTTPRouteDestination, ...], namespace: str, port: int, lookup: Lookup
) -> Iterator[Destination]:
    for target in targets:
        # The weight of an only destination does not count; 0 among several means none of the traffic.
        if len(targets) > 1 and not target.weight:
            continue
        request, response = _changes(target.headers)
        yield Destination(
            upstream=target_name(target.destination, namespace, port, lookup),
            weight=target.weight if len(targets) > 1 and target.weight else 100,
            request_headers=request,
            response_headers=response,
        )


def plan_retries(retry: HTTPRetry | None) -> Retries | None:
    """Plan a retry policy: Istio's default where none is given, no retries where `attempts` is 0."""
    if retry is None:
        return Retries()
    if not retry.attempts:
        return None
    conditions = [word.strip() for word in retry.retry_on.split(",") if word.strip()]
    statuses = tuple(int(word) for word in conditions if word.isdigit())
    words = [word for word in conditions if not word.isdigit()]
    if statuses and "retriable-status-codes" not in words:
        words.append("retriable-status-codes")
    return Retries(
        attempts=retry.attempts,
        per_try_timeout_ms=milliseconds(retry.per_try_timeout),
        on=",".join(words) or Retries().on,
        statuses=statuses,
    )


def _answer(response: HTTPDirectResponse) -> DirectResponse:
    body = response.body
    if body is None:
        return DirectResponse(response.status)
    if body.bytes is not None:
        return DirectResponse(response.status, b64decode(body.bytes).decode(errors="replace"))
    return DirectResponse(response.status, body.string or "")


def _redirect(redirect: HTTPRedirect) -> Redirect:
    return Redirect(
        path=redirect.uri,
        authority=redirect.authority,
        scheme=redirect.scheme,
        port=redirect.port or 0,
        status=redirect.redirect_code or 301,
    )


def _rewrite(rewrite: HTTPRewrite | None) -> Rewrite | None:
    if rewrite is None:
        return None
    pattern = rewrite.uri_regex_rewrite
    return Rewrite(
        path=rewrite.uri,
        authority=rewrite.authority,
        regex=pattern.match if pattern else "",
        substitution=pattern.rewrite if pattern else "",
    )


def _changes(headers: Headers | None) -> tuple[HeaderChanges, HeaderChanges]:
    if headers is None:
        return _NO_CHANGES, _NO_CHANGES
    return _operations(headers.request), _operations(headers.response)


def _operations(changes: HeaderOperations | None) -> HeaderChanges:
    if changes is None:
        return _NO_CHANGES
    return HeaderChanges(
        set=tuple(sorted(changes.set.items())),
        add=tuple(sorted(changes.add.items())),
        remove=changes.remove,
    )
