"""The assertions on statuses of the Gateway API's conformance cases: each says why it does not hold yet, "" where it does."""

from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from typing import Any, Protocol

from lateen.planner.gateway_api.gateway import CONTROLLER

Raw = dict[str, Any]
READY = "gateway-api/skip-this-for-readiness"


class Reader(Protocol):
    """What assertions look into."""

    async def get(self, kind: str, name: str) -> Raw:
        """An object by namespace/name; {} where it is not there."""

    async def list(self, kind: str, namespace: str) -> list[Raw]:
        """All of a namespace."""


Assertion = Callable[[Reader, Raw], Awaitable[str]]


def why(conditions: Iterable[Raw], wanted: Mapping[str, str], generation: int | None = None) -> str:
    """Why a wanted condition (type, status, reason "" = any) is not among conditions of a generation."""
    found = next((one for one in conditions if one["type"] == wanted["type"]), None)
    if found is None:
        return f"no condition {wanted['type']}"
    if found["status"] != wanted["status"] or wanted.get("reason", "") not in ("", found.get("reason")):
        said = f"{found['status']} {found.get('reason')}: {found.get('message')}"
        return f"{wanted['type']} is {said}, not {wanted['status']} {wanted.get('reason', '')}"
    if generation is not None and found.get("observedGeneration") != generation:
        return f"{wanted['type']} is of generation {found.get('observedGeneration')}, not {generation}"
    return ""


def true(name: str) -> dict[str, str]:
    return {"type": name, "status": "True", "reason": ""}


def first(reasons: Iterable[str]) -> str:
    return next((reason for reason in reasons if reason), "")


def conditions(found: Raw) -> list[Raw]:
    listed: list[Raw] = found.get("status", {}).get("conditions") or []
    return listed


def generation(found: Raw) -> int:
    return int(found.get("metadata", {}).get("generation", 0))


async def namespaces_ready(api: Reader, entry: Raw) -> str:
    for namespace in entry["namespaces"]:
        for gateway in await api.list("Gateway", namespace):
            if READY not in (gateway["metadata"].get("annotations") or {}):
                name = gateway["metadata"]["name"]
                for wanted in (true("Accepted"), true("Programmed")):
                    if reason := why(conditions(gateway), wanted, generation(gateway)):
                        return f"Gateway {name}: {reason}"
        for pod in await api.list("Pod", namespace):
            if not pod["metadata"].get("deletionTimestamp") and why(conditions(pod), true("Ready")):
                return f"pod {pod['metadata']['name']} is not ready"
    return ""


def latest(kind: str, key: str) -> Assertion:
    async def check(api: Reader, entry: Raw) -> str:
        found = await api.get(kind, named(entry.get(key, "")))
        old = [one["type"] for one in all_conditions(found) if one.get("observedGeneration") != generation(found)]
        return f"no conditions of {kind} yet" if not all_conditions(found) else f"old conditions: {old}" if old else ""

    return check


def all_conditions(found: Raw) -> list[Raw]:
    """The conditions of an object, or those at the parents of a route or policy."""
    status = found.get("status", {})
    parents = [*(status.get("parents") or ()), *(status.get("ancestors") or ())]
    return [*conditions(found), *(one for parent in parents for one in parent["conditions"])]


def named(value: str | Raw) -> str:
    return value if isinstance(value, str) else value["name"]


def has_condition(kind: str, key: str, name: str = "expectedCondition") -> Assertion:
    async def check(api: Reader, entry: Raw) -> str:
        found = await api.get(kind, entry[key])
        return why(conditions(found), entry[name], generation(found))

    return check


def at_parents(found: Raw, parent: str, kind: str = "") -> list[Raw]:
    """What we say of a route or policy at a parent (namespace/name)."""
    status, own = found.get("status", {}), found["metadata"]["namespace"] if found else ""
    said = [*(status.get("parents") or ()), *(status.get("ancestors") or ())]
    matching = []
    for one in said:
        reference = one.get("parentRef") or one.get("ancestorRef")
        here = f"{reference.get('namespace') or own}/{reference['name']}"
        right = here == parent and kind in ("", reference.get("kind", "Gateway"))
        if one["controllerName"] == CONTROLLER and right:
            matching.append(one)
    return matching


def route_condition(kind: str) -> Assertion:
    async def check(api: Reader, entry: Raw) -> str:
        name = entry.get("routeNN") or entry.get("policyNN")
        found = await api.get(kind, name)
        parents = at_parents(found, entry["gwNN"])
        if not parents:
            return f"{kind} {name} says nothing of {entry['gwNN']}"
        return first(why(one["conditions"], entry["condition"], generation(found)) for one in parents)

    return check


def with_condition(check: Assertion, condition: dict[str, str]) -> Assertion:
    async def checked(api: Reader, entry: Raw) -> str:
        return await check(api, entry | {"condition": condition})

    return checked


def accepted(*kinds: str) -> Assertion:
    """A parent and its routes are accepted, and the parent is programmed."""

    async def check(api: Reader, entry: Raw) -> str:
        parent = entry.get("gw") or {}
        kind, name = "Gateway", parent.get("namespacedName", "")
        if resource := entry.get("resource"):
            kind, name = resource["groupKind"]["kind"], resource["namespacedName"]
        found = await api.get(kind, name)
        for wanted in (true("Accepted"), true("Programmed")):
            if reason := why(conditions(found), wanted, generation(found)):
                return f"{kind} {name}: {reason}"
        if kind == "Gateway" and not found["status"].get("addresses"):
            return f"Gateway {name} has no address"
        for route in entry["routeNNs"]:
            reasons = [await _route_accepted(api, each, route, name, kind) for each in kinds]
            if all(reasons):
                return next((one for one in reasons if not one.startswith("no ")), reasons[0])
        return ""

    return check


async def _route_accepted(api: Reader, kind: str, route: str, parent: str, parent_kind: str) -> str:
    found = await api.get(kind, route)
    if not found:
        return f"no {kind} {route}"
    said = at_parents(found, parent, parent_kind)
    if not said:
        return f"{kind} {route} says nothing of {parent}"
    return first(why(one["conditions"], true("Accepted"), generation(found)) for one in said)


def no_accepted_parents(kind: str) -> Assertion:
    async def check(api: Reader, entry: Raw) -> str:
        parents = (await api.get(kind, entry["routeName"])).get("status", {}).get("parents") or []
        taken = [one for one in parents if not why(one["conditions"], true("Accepted"))]
        return f"accepted by {taken[0]['parentRef']}" if taken else ""

    return check


def has_parents(kind: str) -> Assertion:
    async def check(api: Reader, entry: Raw) -> str:
        found = await api.get(kind, entry["routeName"])
        own = found["metadata"]["namespace"]
        said = {_reference(one["parentRef"], own): one for one in found.get("status", {}).get("parents") or ()}
        wanted = {_reference(one["parentRef"], own): one for one in entry["parents"]}
        if said.keys() != wanted.keys():
            return f"parents {sorted(said)}, not {sorted(wanted)}"
        return first(
            why(said[key]["conditions"], condition, generation(found))
            for key, one in wanted.items()
            for condition in one.get("conditions") or ()
        )

    return check


def _reference(parent: Raw, own: str) -> str:
    return (
        f"{parent.get('namespace') or own}/{parent['name']}/{parent.get('sectionName', '')}/{parent.get('port') or ''}"
    )


def listeners(kind: str, key: str) -> Assertion:
    """The listeners of a status are those that are expected, and no others."""

    async def check(api: Reader, entry: Raw) -> str:
        found = await api.get(kind, entry[key])
        said = {one["name"]: one for one in found.get("status", {}).get("listeners") or ()}
        if said.keys() != {one["name"] for one in entry["listeners"]}:
            return f"listeners {sorted(said)}"
        return first(
            f"listener {wanted['name']}: {reason}" if reason else ""
            for wanted in entry["listeners"]
            for reason in _listener_faults(said[wanted["name"]], wanted, generation(found))
        )

    return check


def _listener_faults(said: Raw, wanted: Raw, generation: int) -> Iterator[str]:
    if "attachedRoutes" in wanted and said.get("attachedRoutes") != wanted["attachedRoutes"]:
        yield f"{said.get('attachedRoutes')} routes are attached, not {wanted['attachedRoutes']}"
    kinds = {(one.get("group"), one["kind"]) for one in said.get("supportedKinds") or ()}
    named = {(one.get("group"), one["kind"]) for one in wanted.get("supportedKinds") or ()}
    # An empty list means that there must be none; otherwise others may stand beside those that are named.
    if "supportedKinds" in wanted and ((not named and kinds) or named - kinds):
        yield f"kinds {sorted(map(str, kinds))}, not {sorted(map(str, named))}"
    yield from (why(said["conditions"], condition, generation) for condition in wanted.get("conditions") or ())


def listener_conditions(kind: str, key: str) -> Assertion:
    async def check(api: Reader, entry: Raw) -> str:
        found = await api.get(kind, entry[key])
        said = {one["name"]: one for one in found.get("status", {}).get("listeners") or ()}
        names = entry.get("listenerNames") or list(said)
        if missing := [name for name in names if name not in said]:
            return f"no listener {missing[0]} in the status"
        return first(
            why(said[name]["conditions"], condition, generation(found))
            for name in names
            for condition in entry["conditions"]
        )

    return check


async def zero_routes(api: Reader, entry: Raw) -> str:
    found = await api.get("Gateway", entry["gwName"])
    said = found.get("status", {}).get("listeners") or []
    if not said:
        return "no listeners in the status"
    return first(f"{one['attachedRoutes']} routes at {one['name']}" if one["attachedRoutes"] else "" for one in said)


async def attached_sets(api: Reader, entry: Raw) -> str:
    found = await api.get("Gateway", entry["gwName"])
    count = found.get("status", {}).get("attachedListenerSets", 0)
    return (
        "" if count == entry["expectedCount"] else f"{count} listener sets are attached, not {entry['expectedCount']}"
    )


async def has_address(api: Reader, entry: Raw) -> str:
    found = await api.get("Gateway", entry["gwRef"]["namespacedName"])
    return "" if found.get("status", {}).get("addresses") else "the Gateway has no address"


async def class_accepted(api: Reader, entry: Raw) -> str:
    found = await api.get("GatewayClass", entry["gwcName"])
    return "" if any(one["type"] == "Accepted" for one in conditions(found)) else "no condition Accepted"


_RESOLVED = {"type": "ResolvedRefs", "status": "True", "reason": "ResolvedRefs"}

ASSERTIONS: dict[str, Assertion] = {
    "NamespacesMustBeReady": namespaces_ready,
    "GatewayMustHaveLatestConditions": latest("Gateway", "gwNN"),
    "HTTPRouteMustHaveLatestConditions": latest("HTTPRoute", "rNN"),
    "BackendTLSPolicyMustHaveLatestConditions": latest("BackendTLSPolicy", "policyNN"),
    "GatewayClassMustHaveLatestConditions": latest("GatewayClass", "gwcNN"),
    "GatewayMustHaveCondition": has_condition("Gateway", "gwNN"),
    "ListenerSetMustHaveCondition": has_condition("ListenerSet", "lsNN"),
    "GatewayAndHTTPRoutesMustBeAccepted": accepted("HTTPRoute"),
    "GatewayAndTLSRoutesMustBeAccepted": accepted("TLSRoute"),
    "GatewayAndTCPRoutesMustBeAccepted": accepted("TCPRoute"),
    "GatewayAndUDPRoutesMustBeAccepted": accepted("UDPRoute"),
    "GatewayAndRoutesMustBeAccepted": accepted("HTTPRoute", "GRPCRoute"),
    "RoutesAndParentMustBeAccepted": accepted("HTTPRoute", "GRPCRoute"),
    "HTTPRouteMustHaveResolvedRefsConditionsTrue": with_condition(route_condition("HTTPRoute"), _RESOLVED),
    "HTTPRouteMustHaveCondition": route_condition("HTTPRoute"),
    "TLSRouteMustHaveCondition": route_condition("TLSRoute"),
    "TCPRouteMustHaveCondition": route_condition("TCPRoute"),
    "UDPRouteMustHaveCondition": route_condition("UDPRoute"),
    "BackendTLSPolicyMustHaveCondition": route_condition("BackendTLSPolicy"),
    "BackendTLSPolicyMustHaveAcceptedConditionTrue": with_condition(route_condition("BackendTLSPolicy"), true("Accepted")),
    "HTTPRouteMustHaveNoAcceptedParents": no_accepted_parents("HTTPRoute"),
    "TLSRouteMustHaveNoAcceptedParents": no_accepted_parents("TLSRoute"),
    "HTTPRouteMustHaveParents": has_parents("HTTPRoute"),
    "TCPRouteMustHaveParents": has_parents("TCPRoute"),
    "UDPRouteMustHaveParents": has_parents("UDPRoute"),
    "GatewayStatusMustHaveListeners": listeners("Gateway", "gwNN"),
    "ListenerSetStatusMustHaveListeners": listeners("ListenerSet", "lsNN"),
    "GatewayListenersMustHaveConditions": listener_conditions("Gateway", "gwName"),
    "ListenerSetListenersMustHaveConditions": listener_conditions("ListenerSet", "lsName"),
    "GatewayMustHaveZeroRoutes": zero_routes,
    "GatewayMustHaveAttachedListeners": attached_sets,
    "WaitForGatewayAddress": has_address,
    "GWCMustHaveAcceptedConditionAny": class_accepted,
}  # fmt: skip
