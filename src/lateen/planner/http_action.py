"""What a rule of a VirtualService does with a request: forward, redirect, or answer at once."""

from base64 import b64decode
from collections.abc import Iterator

from lateen.kinds.networking.fault_injection import Percentage
from lateen.kinds.networking.http_actions import HTTPDirectResponse, HTTPRedirect, HTTPRewrite
from lateen.kinds.networking.http_route import HTTPMirrorPolicy, HTTPRoute
from lateen.plan.route import Destination, DirectResponse, Forward, Redirect, Rewrite
from lateen.plan.route_policy import HashKey, Mirror
from lateen.planner.header_changes import plan_changes
from lateen.planner.retries import plan_retries
from lateen.planner.route_policies import share
from lateen.planner.site import Place, Site
from lateen.planner.target import resolve
from lateen.registry.durations import milliseconds


def plan_action(rule: HTTPRoute, place: Place) -> Forward | Redirect | DirectResponse | None:
    """Plan what becomes of a request; None where the rule names no destination."""
    if rule.redirect is not None:
        return _redirect(rule.redirect, place.site)
    if rule.direct_response is not None:
        return _answer(rule.direct_response)
    destinations = tuple(_destinations(rule, place))
    if not destinations:
        return None
    return Forward(
        destinations=destinations,
        timeout_ms=milliseconds(rule.timeout),
        retries=plan_retries(rule.retries or place.site.retries),
        rewrite=_rewrite(rule),
        mirrors=tuple(_mirrors(rule, place)),
        hashing=tuple(_hash_keys(rule, place)),
    )


def _destinations(rule: HTTPRoute, place: Place) -> Iterator[Destination]:
    for target in rule.route:
        # The weight of an only destination does not count; 0 among several means none of the traffic.
        if len(rule.route) > 1 and not target.weight:
            continue
        changes = plan_changes(target.headers)
        yield Destination(
            upstream=resolve(target.destination, place).upstream,
            weight=target.weight if len(rule.route) > 1 and target.weight else 100,
            authority=changes.authority,
            request_headers=changes.request,
            response_headers=changes.response,
        )


def _mirrors(rule: HTTPRoute, place: Place) -> Iterator[Mirror]:
    for policy in _mirror_policies(rule):
        percent = share(policy.percentage, 100.0)
        if percent:
            found = resolve(policy.destination, place)
            yield Mirror(found.upstream, percent)


def _mirror_policies(rule: HTTPRoute) -> Iterator[HTTPMirrorPolicy]:
    """`mirrors`, and the older `mirror` with its percentage, of which there are three spellings."""
    yield from rule.mirrors
    if rule.mirror is not None:
        old = rule.mirror_percent if rule.mirror_percent is not None else rule.mirror_percent_by_old_name
        percentage = rule.mirror_percentage or (None if old is None else Percentage(value=float(old)))
        yield HTTPMirrorPolicy(destination=rule.mirror, percentage=percentage)


def _hash_keys(rule: HTTPRoute, place: Place) -> Iterator[HashKey]:
    """The keys of all destinations, each once: Envoy hashes by all that it is given."""
    seen: set[HashKey] = set()
    for target in rule.route:
        found = resolve(target.destination, place)
        key = place.directory.hash_key(found.host, found.port, found.subset)
        if key is not None and key not in seen:
            seen.add(key)
            yield key


def _answer(response: HTTPDirectResponse) -> DirectResponse:
    body = response.body
    if body is None:
        return DirectResponse(response.status)
    if body.bytes is not None:
        return DirectResponse(response.status, b64decode(body.bytes).decode(errors="replace"))
    return DirectResponse(response.status, body.string or "")


def _redirect(redirect: HTTPRedirect, site: Site) -> Redirect:
    return Redirect(
        path=redirect.uri,
        prefix=redirect.prefix_rewrite,
        authority=redirect.authority,
        scheme=redirect.scheme,
        port=_redirect_port(redirect, site),
        status=redirect.redirect_code or 301,
    )


def _redirect_port(redirect: HTTPRedirect, site: Site) -> int:
    match redirect.derive_port:
        case "FROM_REQUEST_PORT":
            return site.port
        case "FROM_PROTOCOL_DEFAULT":
            return 443 if (redirect.scheme == "https" if redirect.scheme else site.tls) else 80
    return redirect.port or 0


def _rewrite(rule: HTTPRoute) -> Rewrite | None:
    rewrite = rule.rewrite or _NO_REWRITE
    pattern = rewrite.uri_regex_rewrite
    planned = Rewrite(
        path=rewrite.uri,
        authority=rewrite.authority or plan_changes(rule.headers).authority,
        regex=pattern.match if pattern else "",
        substitution=pattern.rewrite if pattern else "",
    )
    return planned if planned != Rewrite() else None


_NO_REWRITE = HTTPRewrite()
