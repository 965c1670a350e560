"""Routes at Gateways: which listeners of a parent take a route, for which hosts, or why none does.

https://gateway-api.sigs.k8s.io/reference/spec/#parentreference
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Literal, NamedTuple

from lateen.base.hosts import closeness, covers, overlap
from lateen.base.refs import Key
from lateen.kinds.gateway_api.names import GROUP
from lateen.kinds.gateway_api.references import ParentReference
from lateen.planner.gateway_api.gateway import ApiGateway
from lateen.planner.gateway_api.listener import ANY_HOST, Listener
from lateen.planner.gateway_api.listener_set import KIND


class Unattached(NamedTuple):
    """Why a route is not attached to a parent: a reason of the condition Accepted, and what to say."""

    reason: Literal["NoMatchingParent", "NotAllowedByListeners", "NoMatchingListenerHostname"]
    message: str


class RouteFacts(NamedTuple):
    """What listeners ask of a route. `labels`: of its namespace; `hostnames`: () = every host."""

    kind: str
    namespace: str
    labels: Mapping[str, str]
    hostnames: tuple[str, ...]


def is_gateway(parent: ParentReference) -> bool:
    """Say whether a parent is a Gateway, or a ListenerSet of one."""
    return parent.group == GROUP and parent.kind in ("Gateway", KIND)


def attach(route: RouteFacts, parent: ParentReference, gateway: ApiGateway) -> list[tuple[Listener, str]] | Unattached:
    """Find the listeners of a parent that take a route, with each host for which they do. `gateway`: the parent, or the
    one that the ListenerSet is for."""
    key = Key(parent.namespace or route.namespace, parent.name)
    own = gateway.of_set(key) if parent.kind == KIND else gateway.own
    if not own:
        return Unattached("NoMatchingParent", f"ListenerSet {key} is not attached to its Gateway")
    named = [one for one in own if parent.section_name in ("", one.name)]
    listeners = [one for one in named if parent.port in (None, one.number)]
    if not listeners:
        what = f"port {parent.port}" if named else f'sectionName "{parent.section_name}"'
        return Unattached("NoMatchingParent", f"{what} not found")
    admitting = [one for one in listeners if _admits(one, route)]
    if not admitting:
        return Unattached("NotAllowedByListeners", _refusal(listeners, route))
    found = [(one, host) for one in admitting for host in _hosts(one, route.hostnames, gateway.listeners)]
    if not found and not any(_common(one.hostname, route.hostnames) for one in admitting):
        hosts = ", ".join(one.hostname for one in admitting)
        return Unattached("NoMatchingListenerHostname", f"no hostname matches parent hostname {hosts}")
    return found


def _admits(listener: Listener, route: RouteFacts) -> bool:
    return route.kind in listener.kinds and listener.admits(route.namespace, route.labels)


def _refusal(listeners: list[Listener], route: RouteFacts) -> str:
    if not any(route.kind in one.kinds for one in listeners):
        return f"kind {route.kind} is not allowed"
    return f"routes of namespace {route.namespace} are not allowed by allowedRoutes.namespaces"


def _hosts(listener: Listener, hostnames: tuple[str, ...], all_: Iterable[Listener]) -> Iterator[str]:
    """Yield the hosts that route and listener have in common, but for those that a closer listener of the port has."""
    closer = [
        other.hostname
        for other in all_
        if other.number == listener.number and closeness(other.hostname) < closeness(listener.hostname)
    ]
    for host in _common(listener.hostname, hostnames):
        if not any(covers(one, host) for one in closer):
            yield host


def _common(hostname: str, hostnames: tuple[str, ...]) -> list[str]:
    both = (overlap(hostname, one.lower()) for one in hostnames or (ANY_HOST,))
    return list(dict.fromkeys(host for host in both if host is not None))
