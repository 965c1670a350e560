"""One HTTP rule of a VirtualService: which requests, and what becomes of them."""

from collections.abc import Iterator

from lateen.base.errors import Fault
from lateen.kinds.durations import duration_faults
from lateen.kinds.model import Duration, Int32, Model, Uint32, named
from lateen.kinds.networking.cors import CorsPolicy, cors_faults
from lateen.kinds.networking.destination import Destination, destination_faults
from lateen.kinds.networking.fault_injection import HTTPFaultInjection, Percentage, injection_faults
from lateen.kinds.networking.headers import Headers, headers_faults
from lateen.kinds.networking.http_actions import (
    Delegate,
    HTTPDirectResponse,
    HTTPRedirect,
    HTTPRewrite,
    delegate_faults,
    redirect_faults,
    response_faults,
    rewrite_faults,
)
from lateen.kinds.networking.http_match import HTTPMatchRequest, http_match_faults
from lateen.kinds.networking.retries import HTTPRetry, retry_faults
from lateen.kinds.networking.weights import weight_faults
from lateen.kinds.numbers import percent_faults


class HTTPRouteDestination(Model, frozen=True, kw_only=True):
    """One of a route's destinations and its share. A route's only one gets all, whatever its weight."""

    destination: Destination
    weight: Int32 = 0
    headers: Headers | None = None


class HTTPMirrorPolicy(Model, frozen=True, kw_only=True):
    """Where copies of requests go; `percentage` None = of all."""

    destination: Destination
    percentage: Percentage | None = None


class HTTPRoute(Model, frozen=True, kw_only=True):
    """`match`: any of them; none = every request. One of route, redirect, direct_response, delegate."""

    name: str = ""
    match: tuple[HTTPMatchRequest, ...] = ()
    route: tuple[HTTPRouteDestination, ...] = ()
    redirect: HTTPRedirect | None = None
    direct_response: HTTPDirectResponse | None = None
    delegate: Delegate | None = None
    rewrite: HTTPRewrite | None = None
    timeout: Duration | None = None
    retries: HTTPRetry | None = None
    fault: HTTPFaultInjection | None = None
    mirror: Destination | None = None
    mirrors: tuple[HTTPMirrorPolicy, ...] = ()
    mirror_percent: Uint32 | None = None
    mirror_percent_by_old_name: Uint32 | None = named("mirror_percent", None)
    mirror_percentage: Percentage | None = None
    cors_policy: CorsPolicy | None = None
    headers: Headers | None = None


def http_route_faults(path: str, rule: HTTPRoute) -> Iterator[Fault]:
    """Yield what is wrong with one rule."""
    for index, match in enumerate(rule.match):
        yield from http_match_faults(f"{path}.match[{index}]", match)
    yield from _action_faults(path, rule)
    if rule.route:
        yield from _route_faults(f"{path}.route", rule.route)
    if rule.rewrite is not None:
        yield from rewrite_faults(f"{path}.rewrite", rule.rewrite)
        yield from _authority_faults(path, rule)
    yield from duration_faults(f"{path}.timeout", rule.timeout)
    yield from retry_faults(f"{path}.retries", rule.retries)
    yield from injection_faults(f"{path}.fault", rule.fault)
    yield from cors_faults(f"{path}.corsPolicy", rule.cors_policy)
    yield from headers_faults(f"{path}.headers", rule.headers)
    yield from _mirror_faults(path, rule)


def _action_faults(path: str, rule: HTTPRoute) -> Iterator[Fault]:
    given = {
        "route": rule.route or None,
        "redirect": rule.redirect,
        "directResponse": rule.direct_response,
        "delegate": rule.delegate,
    }
    names = [name for name, action in given.items() if action is not None]
    if not names:
        yield Fault(path, "does nothing: it needs one of route, redirect, directResponse, delegate")
    elif len(names) > 1:
        yield Fault(path, f"can have only one of {', '.join(names)}")
    if rule.redirect is not None:
        yield from redirect_faults(f"{path}.redirect", rule.redirect)
        yield from _prefix_faults(path, rule, rule.redirect)
    if rule.direct_response is not None:
        yield from response_faults(f"{path}.directResponse", rule.direct_response)
    if rule.delegate is not None:
        yield from delegate_faults(f"{path}.delegate", rule.delegate)


def _prefix_faults(path: str, rule: HTTPRoute, redirect: HTTPRedirect) -> Iterator[Fault]:
    for match in rule.match if redirect.prefix_rewrite else ():
        if match.uri is not None and match.uri.prefix is None:
            fix = "match the uri by prefix, or use uri"
            yield Fault(f"{path}.redirect.prefixRewrite", "needs every match to be by prefix", fix)
            return


def _route_faults(path: str, targets: tuple[HTTPRouteDestination, ...]) -> Iterator[Fault]:
    for index, target in enumerate(targets):
        yield from destination_faults(f"{path}[{index}].destination", target.destination)
        if target.headers is not None:
            yield from headers_faults(f"{path}[{index}].headers", target.headers)
    yield from weight_faults(path, [target.weight for target in targets])


def _authority_faults(path: str, rule: HTTPRoute) -> Iterator[Fault]:
    sources = [rule.headers, *(target.headers for target in rule.route)]
    if rule.rewrite and rule.rewrite.authority and any(one and one.sets_authority for one in sources):
        yield Fault(f"{path}.rewrite.authority", "headers set :authority already", "keep one of the two")


def _mirror_faults(path: str, rule: HTTPRoute) -> Iterator[Fault]:
    if rule.mirror is not None:
        yield from destination_faults(f"{path}.mirror", rule.mirror)
        if rule.mirrors:
            yield Fault(f"{path}.mirrors", "cannot stand beside mirror", "keep mirrors")
    if rule.mirror_percentage is not None:
        yield from percent_faults(f"{path}.mirrorPercentage.value", rule.mirror_percentage.value)
    for name, old in (
        ("mirrorPercent", rule.mirror_percent),
        ("mirror_percent", rule.mirror_percent_by_old_name),
    ):
        if old is not None:
            yield Fault(f"{path}.{name}", "is deprecated", "use mirrorPercentage: {value: ...}", "warning")
            yield from percent_faults(f"{path}.{name}", old)
    for index, mirror in enumerate(rule.mirrors):
        yield from destination_faults(f"{path}.mirrors[{index}].destination", mirror.destination)
        if mirror.percentage is not None:
            yield from percent_faults(f"{path}.mirrors[{index}].percentage.value", mirror.percentage.value)
