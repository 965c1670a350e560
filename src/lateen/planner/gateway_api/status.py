"""What statuses of the Gateway API's objects say, before it is known since when.

https://gateway-api.sigs.k8s.io/reference/spec/#routestatus
"""

from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from lateen.base.refs import Key
from lateen.kinds.gateway_api.names import GROUP
from lateen.kinds.gateway_api.references import ParentReference
from lateen.planner.gateway_api.gateway import CONTROLLER

Raw = dict[str, Any]

PROGRAMMED = "Programmed"


class Condition(Struct, frozen=True):
    """One condition. `message`: for people."""

    type: str
    holds: bool
    reason: str
    message: str

    def raw(self, generation: int) -> Raw:
        """Return it as it is written of a generation of its object."""
        status = {"type": self.type, "status": str(self.holds), "reason": self.reason, "message": self.message}
        return status | {"observedGeneration": generation}


class ParentStatus(Struct, frozen=True):
    """What is said of a route at one parent."""

    parent: ParentReference
    conditions: tuple[Condition, ...]

    def raw(self, generation: int) -> Raw:
        """Return it as it is written."""
        conditions = [one.raw(generation) for one in self.conditions]
        return {"parentRef": reference(self.parent), "controllerName": CONTROLLER, "conditions": conditions}


class RouteStatus(Struct, frozen=True):
    """What is said of a route."""

    generation: int
    parents: tuple[ParentStatus, ...]

    def raw(self) -> Raw:
        """Return it as it is written."""
        return {"parents": [one.raw(self.generation) for one in self.parents]}


class ListenerStatus(Struct, frozen=True):
    """What is said of a listener; `attached`: how many routes it has."""

    name: str
    kinds: tuple[str, ...]
    attached: int
    conditions: tuple[Condition, ...]

    def raw(self, generation: int) -> Raw:
        """Return it as it is written."""
        return {
            "name": self.name,
            "supportedKinds": [{"group": GROUP, "kind": kind} for kind in self.kinds],
            "attachedRoutes": self.attached,
            "conditions": [one.raw(generation) for one in self.conditions],
        }


class GatewayStatus(Struct, frozen=True):
    """What is said of the Gateway `gateway`; `addresses`: types and values; `sets`: how many ListenerSets are
    attached."""

    gateway: Key
    generation: int
    addresses: tuple[tuple[str, str], ...]
    conditions: tuple[Condition, ...]
    listeners: tuple[ListenerStatus, ...]
    sets: int = 0

    @property
    def programmed(self) -> bool:
        """Say whether its proxies are said to do what it asks for."""
        return _programmed(self.conditions)

    def withheld(self, message: str) -> "GatewayStatus":
        """Return what is said as long as its proxies have not acknowledged it."""
        conditions, listeners = _withheld(self.conditions, message), _listeners_withheld(self.listeners, message)
        return replace(self, conditions=conditions, listeners=listeners)

    def raw(self) -> Raw:
        """Return it as it is written."""
        return {
            "attachedListenerSets": self.sets,
            "addresses": [{"type": kind, "value": value} for kind, value in self.addresses],
            "conditions": [one.raw(self.generation) for one in self.conditions],
            "listeners": [one.raw(self.generation) for one in self.listeners],
        }


class ListenerSetStatus(Struct, frozen=True):
    """What is said of a ListenerSet for the Gateway `gateway`."""

    gateway: Key
    generation: int
    conditions: tuple[Condition, ...]
    listeners: tuple[ListenerStatus, ...]

    @property
    def programmed(self) -> bool:
        """Say whether the Gateway's proxies are said to do what it asks for."""
        return _programmed(self.conditions)

    def withheld(self, message: str) -> "ListenerSetStatus":
        """Return what is said as long as the Gateway's proxies have not acknowledged it."""
        conditions, listeners = _withheld(self.conditions, message), _listeners_withheld(self.listeners, message)
        return replace(self, conditions=conditions, listeners=listeners)

    def raw(self) -> Raw:
        """Return it as it is written."""
        return {
            "conditions": [one.raw(self.generation) for one in self.conditions],
            "listeners": [one.raw(self.generation) for one in self.listeners],
        }


class PolicyStatus(Struct, frozen=True):
    """What is said of a policy at each of the Gateways that it takes effect at."""

    generation: int
    gateways: tuple[Key, ...]
    conditions: tuple[Condition, ...]

    def raw(self) -> Raw:
        """Return it as it is written; there is room for 16 Gateways."""
        conditions = [one.raw(self.generation) for one in self.conditions]
        return {
            "ancestors": [
                {
                    "ancestorRef": {"group": GROUP, "kind": "Gateway", "namespace": key.namespace, "name": key.name},
                    "controllerName": CONTROLLER,
                    "conditions": conditions,
                }
                for key in self.gateways[:16]
            ]
        }


class ClassStatus(Struct, frozen=True):
    """What is said of a GatewayClass; `features`: what its Gateways can do."""

    generation: int
    conditions: tuple[Condition, ...]
    features: tuple[str, ...] = ()

    def raw(self) -> Raw:
        """Return it as it is written."""
        features = [{"name": name} for name in sorted(self.features)]
        conditions = [one.raw(self.generation) for one in self.conditions]
        return {"conditions": conditions} | ({"supportedFeatures": features} if features else {})


Status = RouteStatus | GatewayStatus | ListenerSetStatus | PolicyStatus | ClassStatus


def _programmed(conditions: tuple[Condition, ...]) -> bool:
    return any(one.type == PROGRAMMED and one.holds for one in conditions)


def _withheld(conditions: tuple[Condition, ...], message: str) -> tuple[Condition, ...]:
    pending = Condition(PROGRAMMED, False, "Pending", message)
    return tuple(pending if one.type == PROGRAMMED and one.holds else one for one in conditions)


def _listeners_withheld(listeners: tuple[ListenerStatus, ...], message: str) -> tuple[ListenerStatus, ...]:
    return tuple(replace(one, conditions=_withheld(one.conditions, message)) for one in listeners)


def reference(parent: ParentReference) -> Raw:
    """Write a reference to a parent with what was said of it."""
    said = {"group": parent.group, "kind": parent.kind, "name": parent.name}
    more = {"namespace": parent.namespace, "sectionName": parent.section_name, "port": parent.port}
    return said | {name: value for name, value in more.items() if value}
