"""Routes as collections: what a change costs."""

from typing import Any

from worlds import World, gateway_api, service


def route(name: str, to: str, service_name: str) -> dict[str, Any]:
    parents = f"parentRefs: [{{group: '', kind: Service, name: {service_name}}}]"
    return gateway_api("HTTPRoute", name, f"{{{parents}, rules: [{{backendRefs: [{{name: {to}, port: 80}}]}}]}}")


def test_one_route_of_many_costs_one_host():
    mesh = World()
    mesh.put(*(service(f"web-{at}") for at in range(20)), *(route(f"r-{at}", "web-0", f"web-{at}") for at in range(20)))
    mesh.put(route("r-7", "web-1", "web-7"))
    ran = mesh.ran()
    assert len(ran["attached HTTPRoutes"]) == len(ran["traffic of routes"]) == len(ran["virtual hosts"]) == 1
    assert mesh.targets("80", "web-7.shop.svc.cluster.local:80") == ["outbound|80||web-1.shop.svc.cluster.local"]


def test_a_route_that_says_the_same_changes_nothing():
    mesh = World()
    mesh.put(service("web-1"), route("r", "web-1", "web-1"))
    mesh.put(route("r", "web-1", "web-1") | {"status": {"parents": []}})
    assert "traffic of routes" not in mesh.ran()
