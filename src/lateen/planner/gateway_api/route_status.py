"""What is said of a route: whether each parent takes it, and whether what it names is there.

https://gateway-api.sigs.k8s.io/reference/spec/#routestatus
"""

from collections.abc import Callable, Iterator
from itertools import chain
from typing import Any

from lateen.base.refs import Key
from lateen.kinds.gateway_api.references import BackendObjectReference, ParentReference
from lateen.kinds.object import Object
from lateen.planner.gateway_api.backends import Permitted, Refused, find_backend
from lateen.planner.gateway_api.gateway import ApiGateway
from lateen.planner.gateway_api.gateway_parent import RouteFacts, Unattached, attach
from lateen.planner.gateway_api.mesh import HostsOf, parent_hosts, section
from lateen.planner.gateway_api.status import Condition
from lateen.planner.target import Target
from lateen.registry.service import Service

Declared = Callable[[str], tuple[Service, ...]]
_NOT_FOUND = "BackendNotFound"
# Of several faults the one is told that is the route's own first.
_ORDER = ("InvalidKind", "RefNotPermitted", _NOT_FOUND)
_OURS = frozenset({"ExtensionRef", "ExternalAuth"})


def at_gateway(route: RouteFacts, parent: ParentReference, gateway: ApiGateway) -> Condition:
    """Say whether a Gateway takes a route."""
    found = attach(route, parent, gateway)
    return _refused(found) if isinstance(found, Unattached) else _ACCEPTED


def at_service(parent: ParentReference, namespace: str, hosts_of: HostsOf, declared: Declared) -> Condition:
    """Say whether a service, or one of the hosts of a ServiceEntry, takes a route of `namespace`."""
    hosts = parent_hosts(parent, namespace, hosts_of)
    known = [services for host in hosts if (services := declared(host))]
    if not known:
        kind = "service entry" if parent.kind == "ServiceEntry" else "service"
        key = Key(parent.namespace or namespace, parent.name)
        return _refused(Unattached("NoMatchingParent", f"parent {kind} {key} not found"))
    places = [section(parent, services) for services in known]
    ports = {port.number for services in known for one in services for port in one.ports}
    if any(one is not None and one.port in (0, *ports) for one in places):
        return _ACCEPTED
    what = f'sectionName "{parent.section_name}"' if parent.section_name else f"port {parent.port}"
    return _refused(Unattached("NoMatchingParent", f"{what} not found"))


def resolved(found: Object, permitted: Permitted, declared: Declared) -> Condition:
    """Say whether everything that a route names is there and may be named."""
    faults = sorted(_faults(found, permitted, declared), key=lambda fault: _ORDER.index(fault[0]))
    if not faults:
        return Condition("ResolvedRefs", True, "ResolvedRefs", "All references resolved")
    reason, message = faults[0]
    return Condition("ResolvedRefs", False, reason, message)


def dropped(found: Object) -> Iterator[Condition]:
    """Say which rules have backends that ask for what only a rule as a whole can do: their requests are refused."""
    rules = [str(index) for index, rule in enumerate(found.model.spec.rules) if _beyond(rule)]
    if rules:
        message = (
            f"Dropped Rule {', '.join(rules)}: of several backends none can have a filter that redirects, mirrors, "
            "rewrites the path or says CORS; write it for the rule. Its requests are answered 500"
        )
        yield Condition("PartiallyInvalid", True, "UnsupportedValue", message)


def _beyond(rule: Any) -> bool:
    weighted = [one for one in rule.backend_refs if one.weight]
    filters = chain.from_iterable(getattr(one, "filters", ()) for one in weighted)
    return len(weighted) > 1 and any(_whole(one) for one in filters)


def _whole(said: Any) -> bool:
    rewrite = getattr(said, "url_rewrite", None)
    return said.type in ("RequestRedirect", "RequestMirror", "CORS") or bool(rewrite and rewrite.path)


def _faults(found: Object, permitted: Permitted, declared: Declared) -> Iterator[tuple[str, str]]:
    for said in _backends(found):
        target = find_backend(said, found.namespace, permitted)
        if isinstance(target, Refused):
            yield target.reason, target.message
        elif why := _missing(target, declared(target.host), udp=found.kind == "UDPRoute"):
            yield _NOT_FOUND, why
    for one in _filters(found):
        if one.type in _OURS:
            yield "InvalidKind", f"filters of type {one.type} are not known: requests are answered 500"


def _missing(target: Target, declared: tuple[Service, ...], udp: bool) -> str:
    if not declared:
        return f"backend({target.host}) not found"
    ports = (one.datagram_port(target.port) if udp else one.port(target.port) for one in declared)
    if target.port and not any(ports):
        return f"backend({target.host}) has no port {target.port}{' of UDP' if udp else ''}"
    return ""


def _backends(found: Object) -> Iterator[BackendObjectReference]:
    for rule in found.model.spec.rules:
        yield from rule.backend_refs
    yield from (one.request_mirror.backend_ref for one in _filters(found) if one.request_mirror)


def _filters(found: Object) -> Iterator[Any]:
    for rule in found.model.spec.rules:
        # Rules of connections have no filters.
        yield from chain.from_iterable(getattr(one, "filters", ()) for one in (rule, *rule.backend_refs))


def _refused(why: Unattached) -> Condition:
    return Condition("Accepted", False, why.reason, why.message)


_ACCEPTED = Condition("Accepted", True, "Accepted", "Route was valid")
