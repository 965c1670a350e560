"""From rules for HTTP to the routes of a place: where VirtualServices, HTTPRoutes and Ingresses come together."""

from collections.abc import Iterator

from msgspec.structs import replace

from lateen.plan.route import Destination, DirectResponse, Forward, Redirect, Route
from lateen.plan.route_policy import HashKey, Mirror
from lateen.planner.http_rule import HttpRule, Match, Refer, Send
from lateen.planner.matches import is_catch_all
from lateen.planner.retries import plan_retries
from lateen.planner.site import Place, Site
from lateen.planner.target import resolve
from lateen.planner.traffic import Traffic


def plan_routes(rules: Traffic, place: Place) -> tuple[Route, ...]:
    """Plan the routes of rules for requests that arrive at `place`, in order.

    Rules behind one that takes everything are left out.
    """
    routes: list[Route] = []
    for rule in rules.http:
        for route in _rule_routes(rule, place):
            routes.append(route)
            if is_catch_all(route.match):
                return tuple(routes)
    return tuple(routes)


def _rule_routes(rule: HttpRule, place: Place) -> Iterator[Route]:
    holding = [match for match in rule.matches if match.where.holds(place.site)]
    action = _action(rule.action, place) if holding else None
    for match in holding if action else ():
        assert action is not None
        yield Route(
            name=_route_name(rule, match),
            match=match.request,
            action=action,
            request_headers=rule.request_headers,
            response_headers=rule.response_headers,
            fault=rule.fault,
            cors=rule.cors,
            session=rule.session,
            stat_prefix=match.stat_prefix,
            origin=rule.origin,
        )


def _route_name(rule: HttpRule, match: Match) -> str:
    return ".".join(part for part in (rule.name, match.name) if part)


def _action(said: Send | Refer | DirectResponse, place: Place) -> Forward | Redirect | DirectResponse:
    match said:
        case Send():
            return _forward(said, place)
        case Refer():
            return replace(said.redirect, port=_port(said, place.site))
        case DirectResponse():
            return said


def _forward(send: Send, place: Place) -> Forward:
    retries = send.retries or plan_retries(place.site.retries)
    return Forward(
        destinations=tuple(_destinations(send, place)),
        timeout_ms=send.timeout_ms,
        retries=retries if retries and retries.attempts else None,
        rewrite=send.rewrite,
        mirrors=tuple(Mirror(resolve(one.target, place).upstream, one.percent) for one in send.mirrors),
        hashing=tuple(_hash_keys(send, place)),
        missing=send.missing,
    )


def _destinations(send: Send, place: Place) -> Iterator[Destination]:
    for share in send.shares:
        yield Destination(
            upstream=resolve(share.target, place).upstream,
            weight=share.weight,
            authority=share.authority,
            request_headers=share.request_headers,
            response_headers=share.response_headers,
        )


def _hash_keys(send: Send, place: Place) -> Iterator[HashKey]:
    """The keys of all destinations, each once: Envoy hashes by all that it is given."""
    seen: set[HashKey] = set()
    for share in send.shares:
        found = resolve(share.target, place)
        key = place.directory.hash_key(found.host, found.port, found.subset)
        if key is not None and key not in seen:
            seen.add(key)
            yield key


def _port(said: Refer, site: Site) -> int:
    scheme = said.redirect.scheme
    own = 443 if (scheme == "https" if scheme else site.tls) else 80
    port = {"request": site.port, "scheme": own}.get(said.port, said.redirect.port)
    return 0 if said.terse and port == own else port
