"""What is said of a Gateway, of each of its listeners, and of a GatewayClass.

https://gateway-api.sigs.k8s.io/reference/spec/#gatewaystatus
"""

from collections.abc import Iterable, Iterator, Mapping

from msgspec import Struct

from lateen.base.refs import Key
from lateen.planner.gateway_api.gateway import ApiGateway
from lateen.planner.gateway_api.listener import Fault, Listener
from lateen.planner.gateway_api.status import Condition, GatewayStatus, ListenerStatus

_NO_FAULTS = "No errors found"


class Reach(Struct, frozen=True):
    """A service that leads to a gateway. `known`: it is there; `ports`: that it has; `ready`: a proxy is behind it."""

    host: str
    known: bool = False
    addresses: tuple[tuple[str, str], ...] = ()
    ports: tuple[int, ...] = ()
    ready: bool = False


def gateway_status(
    gateway: ApiGateway, attached: Mapping[str, int], reached: Iterable[Reach], sets: int = 0
) -> GatewayStatus:
    """Say what becomes of a Gateway. `attached`: how many routes each listener has, by its title; `sets`: how many
    ListenerSets are attached."""
    reached = tuple(reached)
    programmed = programmed_condition(gateway, reached)
    return GatewayStatus(
        gateway=Key(gateway.namespace, gateway.name),
        generation=gateway.generation,
        addresses=tuple(dict.fromkeys(address for one in reached for address in one.addresses)),
        conditions=(_accepted(gateway), programmed, *_tls_conditions(gateway)),
        listeners=listener_statuses(gateway.own, attached, programmed.holds),
        sets=sets,
    )


def listener_statuses(
    listeners: Iterable[Listener], attached: Mapping[str, int], programmed: bool
) -> tuple[ListenerStatus, ...]:
    """Say what becomes of listeners. `programmed`: their Gateway is."""
    return tuple(
        ListenerStatus(one.name, one.kinds, attached.get(one.title, 0), tuple(_conditions(one, programmed)))
        for one in listeners
    )


def _accepted(gateway: ApiGateway) -> Condition:
    if gateway.wrong:
        message = f"addresses of type {', '.join(gateway.wrong)} are not known: Hostname or IPAddress"
        return Condition("Accepted", False, "UnsupportedAddress", message)
    broken = broken_listeners(gateway.own)
    if not broken:
        return Condition("Accepted", True, "Accepted", "Resource accepted")
    message = f"listeners that are not valid: {', '.join(broken)}"
    return Condition("Accepted", len(broken) < len(gateway.own), "ListenersNotValid", message)


def broken_listeners(listeners: Iterable[Listener]) -> list[str]:
    """Name the listeners that are not accepted."""
    return [one.name for one in listeners if any(fault.condition != "ResolvedRefs" for fault in one.faults)]


def _tls_conditions(gateway: ApiGateway) -> Iterator[Condition]:
    """What is said of the TLS of the Gateway as a whole, where there is any."""
    if gateway.shows is not None:
        if gateway.shows.credential:
            yield Condition("ResolvedRefs", True, "ResolvedRefs", "All references resolved")
        else:
            message = f"{gateway.shows.fault}: backends with a BackendTLSPolicy are not spoken to"
            yield Condition("ResolvedRefs", False, gateway.shows.reason, message)
    if gateway.insecure:
        message = "clients may have certificates of anybody, or none: AllowInsecureFallback"
        yield Condition("InsecureFrontendValidationMode", True, "ConfigurationChanged", message)


def programmed_condition(gateway: ApiGateway, reached: tuple[Reach, ...]) -> Condition:
    """Say whether the proxies of a Gateway do what it asks for."""
    if gateway.wrong:
        return Condition("Programmed", False, "Invalid", "no address that is asked for can be had")
    if not any(one.works for one in gateway.listeners):
        return Condition("Programmed", False, "Invalid", "no listener is valid")
    for one in reached:
        if not one.known:
            return Condition("Programmed", False, "AddressNotUsable", f"there is no service {one.host}")
        missing = [each.number for each in gateway.listeners if each.works and each.number not in one.ports]
        if missing:
            ports, has = ", ".join(map(str, missing)), ", ".join(map(str, one.ports))
            message = f"service {one.host} has no port {ports}, only {has}: listeners name the service's ports"
            return Condition("Programmed", False, "AddressNotUsable", message)
    if not any(one.addresses for one in reached):
        return Condition("Programmed", False, "AddressNotAssigned", "no address is known yet")
    if not any(one.ready for one in reached):
        return Condition("Programmed", False, "Pending", "no proxy is ready yet")
    hosts = ", ".join(one.host for one in reached)
    return Condition("Programmed", True, "Programmed", f"Resource programmed, assigned to service(s) {hosts}")


def _conditions(listener: Listener, programmed: bool) -> Iterator[Condition]:
    said: dict[str, Fault] = {}
    for fault in listener.faults:
        said.setdefault(fault.condition, fault)

    def condition(name: str, reason: str, *, usual: bool = True) -> Condition:
        if (found := said.get(name)) is not None:
            return Condition(name, not usual, found.reason, found.message)
        return Condition(name, usual, reason, _NO_FAULTS)

    conflict = said.get("Conflicted")
    if conflict is not None:
        yield Condition("Accepted", False, conflict.reason, conflict.message)
    else:
        yield condition("Accepted", "Accepted")
    yield condition("Conflicted", "NoConflicts", usual=False)
    yield condition("ResolvedRefs", "ResolvedRefs")
    if not listener.works:
        first = next(one for one in listener.faults if one.fatal)
        yield Condition("Programmed", False, conflict.reason if conflict else "Invalid", first.message)
    elif programmed:
        yield Condition("Programmed", True, "Programmed", _NO_FAULTS)
    else:
        yield Condition("Programmed", False, "Pending", "the Gateway is not programmed yet")
