"""What is to be said of objects, as it changes."""

from typing import Any

from worlds import World, gateway_api, pod, service, slices

from lateen.planner.gateway_api.features import FEATURES
from lateen.planner.gateway_api.gateway import KIND
from lateen.planner.gateway_api.status import GatewayStatus, RouteStatus

GATEWAY = (
    "{gatewayClassName: istio, listeners: [{name: http, port: 80, protocol: HTTP, allowedRoutes: {namespaces: %s}}]}"
)
LABEL = "gateway.networking.k8s.io/gateway-name"
ROUTE = "{parentRefs: [%s], rules: [{backendRefs: [{name: web, port: 80}]}]}"


def gateway(namespaces: str = "{from: All}") -> dict[str, Any]:
    return gateway_api("Gateway", "edge", GATEWAY % namespaces, namespace="infra", generation=2)


def route(parent: str = "{name: edge, namespace: infra}") -> dict[str, Any]:
    return gateway_api("HTTPRoute", "r", ROUTE % parent, generation=3)


def proxies() -> list[dict[str, Any]]:
    own = service("edge-istio", namespace="infra", address="10.0.0.9")
    own["spec"]["selector"] = {LABEL: "edge"}
    there = slices("edge-istio", {"edge-1": "10.1.1.1"}, namespace="infra")
    return [own, pod("edge-1", "10.1.1.1", {LABEL: "edge"}, namespace="infra"), there]


def of_route(mesh: World) -> dict[str, tuple[bool, str]]:
    found = mesh.plans.gateway_api.statuses.get(("HTTPRoute", "shop", "r"))
    assert isinstance(found, RouteStatus) and found.generation == 3
    (parent,) = found.parents
    return {one.type: (one.holds, one.reason) for one in parent.conditions}


def of_gateway(mesh: World) -> GatewayStatus:
    found = mesh.plans.gateway_api.statuses.get((KIND, "infra", "edge"))
    assert isinstance(found, GatewayStatus) and found.generation == 2
    return found


def holds(mesh: World) -> dict[str, bool]:
    return {one.type: one.holds for one in of_gateway(mesh).conditions}


def test_a_gateway_is_programmed_when_its_proxy_is_there():
    mesh = World()
    mesh.put(gateway())
    assert holds(mesh) == {"Accepted": True, "Programmed": False}
    mesh.put(*proxies())
    assert holds(mesh) == {"Accepted": True, "Programmed": True}
    assert of_gateway(mesh).addresses == (("IPAddress", "10.0.0.9"),)


def test_a_route_is_told_what_each_parent_makes_of_it():
    mesh = World()
    mesh.put(route())
    assert ("HTTPRoute", "shop", "r") not in mesh.plans.gateway_api.statuses
    mesh.put(gateway(), service("web"))
    assert of_route(mesh) == {"Accepted": (True, "Accepted"), "ResolvedRefs": (True, "ResolvedRefs")}
    assert of_gateway(mesh).listeners[0].attached == 1
    mesh.delete("Service", "web")
    assert of_route(mesh)["ResolvedRefs"] == (False, "BackendNotFound")
    mesh.put(gateway("{from: Same}"))
    assert of_route(mesh)["Accepted"] == (False, "NotAllowedByListeners")
    assert of_gateway(mesh).listeners[0].attached == 0


def test_namespaces_are_told_by_their_labels():
    mesh = World()
    mesh.put(gateway("{from: Selector, selector: {matchLabels: {team: a}}}"), route())
    assert of_route(mesh)["Accepted"] == (False, "NotAllowedByListeners")
    mesh.put({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop", "labels": {"team": "a"}}})
    assert of_route(mesh)["Accepted"] == (True, "Accepted")


def test_a_route_of_the_mesh_is_told_too():
    mesh = World()
    mesh.put(route("{group: '', kind: Service, name: web}"))
    assert of_route(mesh)["Accepted"] == (False, "NoMatchingParent")
    mesh.put(service("web"))
    assert of_route(mesh)["Accepted"] == (True, "Accepted")


def test_our_class_tells_what_its_gateways_can_do():
    mesh = World()
    given = gateway_api("GatewayClass", "istio", "{controllerName: istio.io/gateway-controller}")
    del given["metadata"]["namespace"]
    mesh.put(given)
    assert mesh.plans.gateway_api.statuses.get(("GatewayClass", "", "istio")).features == FEATURES


def test_an_unrelated_route_costs_one_status():
    mesh = World()
    mesh.put(gateway(), *proxies(), service("web"), route())
    mesh.put(gateway_api("HTTPRoute", "other", ROUTE % "{group: '', kind: Service, name: web}"))
    assert len(mesh.ran()["statuses of HTTPRoutes"]) == 1 and "statuses of Gateways" not in mesh.ran()
