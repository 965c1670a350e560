"""Delegation of a VirtualService's HTTP rules to others: what a rule and its delegate's rules come to.

A delegate's match must lie within one of the rule's own; settings of the delegate come before the rule's.
https://istio.io/latest/docs/reference/config/networking/virtual-service/#Delegate
"""

from collections.abc import Callable, Iterable, Iterator

from msgspec import structs

from lateen.base.errors import Fault
from lateen.base.hosts import fqdn
from lateen.base.refs import Key
from lateen.kinds.networking.destination import Destination
from lateen.kinds.networking.headers import HeaderOperations, Headers
from lateen.kinds.networking.http_match import HTTPMatchRequest
from lateen.kinds.networking.http_route import HTTPRoute
from lateen.planner.merged_matches import merge_matches
from lateen.planner.site import gateway_names
from lateen.planner.virtual_service import VirtualService, WrittenRule
from lateen.registry.visibility import sees

# Settings that a delegate's rule has of its own or takes over.
_INHERITED = (
    "rewrite",
    "timeout",
    "retries",
    "fault",
    "mirror",
    "mirrors",
    "mirror_percent",
    "mirror_percent_by_old_name",
    "mirror_percentage",
    "cors_policy",
)


Find = Callable[[Key], VirtualService | None]


def with_delegates(root: VirtualService, find: Find) -> VirtualService:
    """Put the rules of delegates in the place of the rules that name them. `find`: VirtualServices by key.

    A rule whose delegate is not there, is not seen, or has hosts of its own takes no effect.
    """
    if not any(one.route.delegate for one in root.http):
        return root
    return structs.replace(root, http=tuple(rule for one in root.http for rule in _rules(root, one, find)))


def _rules(root: VirtualService, one: WrittenRule, find: Find) -> Iterator[WrittenRule]:
    named = one.route.delegate
    if named is None:
        yield one
        return
    delegate = find(Key(named.namespace or root.rules.namespace, named.name))
    if delegate is None or _refusal(root, delegate):
        return
    own = _resolved(one.route, root.rules.namespace)
    for rule in delegate.http:
        merged = merge_route(own, _resolved(rule.route, delegate.rules.namespace))
        if merged is not None and rule.route.delegate is None:
            yield WrittenRule(merged, rule.origin)


def delegate_faults(root: VirtualService, find: Find) -> Iterator[Fault]:
    """Yield why rules of delegates take no effect."""
    for index, one in enumerate(root.http):
        named, path = one.route.delegate, f"spec.http[{index}].delegate"
        if named is None:
            continue
        key = Key(named.namespace or root.rules.namespace, named.name)
        delegate = find(key)
        why = _refusal(root, delegate) if delegate else "is not there"
        if why:
            yield Fault(path, f"VirtualService {key} {why}: this rule has no effect", severity="warning")
        for number, rule in enumerate(delegate.http if delegate and not why else ()):
            if merge_matches(one.route.match, rule.route.match) is None:
                place = f"spec.http[{number}] of VirtualService {key}"
                yield Fault(path, f"{place} matches more than this rule does, and has no effect", severity="warning")


def _refusal(root: VirtualService, delegate: VirtualService) -> str:
    if delegate.rules.hosts:
        return "has hosts of its own, so that it is no delegate"
    return "" if sees(delegate.rules.exports, root.rules.namespace) else f"is not exported to {root.rules.namespace}"


def merge_route(root: HTTPRoute, delegate: HTTPRoute) -> HTTPRoute | None:
    """Merge one rule of a delegate into the rule that names it; None where their matches conflict."""
    matches = merge_matches(root.match, delegate.match)
    if matches is None:
        return None
    taken = {name: getattr(delegate, name) or getattr(root, name) for name in _INHERITED}
    if delegate.mirror or delegate.mirrors:
        taken |= {name: getattr(delegate, name) for name in _INHERITED if name.startswith("mirror")}
    return structs.replace(
        delegate,
        name="-".join(name for name in (root.name, delegate.name) if name),
        match=matches,
        headers=_headers(root.headers, delegate.headers),
        **taken,
    )


def _headers(root: Headers | None, delegate: Headers | None) -> Headers | None:
    if root is None or delegate is None:
        return delegate or root
    return Headers(
        request=_operations(root.request, delegate.request),
        response=_operations(root.response, delegate.response),
    )


def _operations(root: HeaderOperations | None, delegate: HeaderOperations | None) -> HeaderOperations | None:
    if root is None or delegate is None:
        return delegate or root
    return HeaderOperations(
        set={**root.set, **delegate.set},
        add={**root.add, **delegate.add},
        remove=tuple(dict.fromkeys((*root.remove, *delegate.remove))),
    )


def _resolved(rule: HTTPRoute, namespace: str) -> HTTPRoute:
    """Write names in full: short ones are relative to the namespace of the object that has them."""

    def full(destination: Destination) -> Destination:
        return structs.replace(destination, host=fqdn(destination.host, namespace))

    return structs.replace(
        rule,
        match=tuple(_with_gateways(rule.match, namespace)),
        route=tuple(structs.replace(one, destination=full(one.destination)) for one in rule.route),
        mirror=full(rule.mirror) if rule.mirror else None,
        mirrors=tuple(structs.replace(one, destination=full(one.destination)) for one in rule.mirrors),
    )


def _with_gateways(matches: Iterable[HTTPMatchRequest], namespace: str) -> Iterator[HTTPMatchRequest]:
    for match in matches:
        named = gateway_names(match.gateways, namespace)
        yield structs.replace(match, gateways=named) if named else match
