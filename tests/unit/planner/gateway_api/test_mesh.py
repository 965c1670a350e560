"""Routes attached to services, as their clients obey them."""

from typing import Any

import pytest
from worlds import SHOP, World, gateway_api, istio, service

from lateen.kinds.gateway_api.references import ParentReference
from lateen.planner.gateway_api.mesh import is_service
from lateen.planner.scope import Scope

WEB, API = "web.shop.svc.cluster.local", "api.shop.svc.cluster.local"
FAR = Scope("sidecar", "far")
TWO: Any = ({"name": "http", "port": 80}, {"name": "http-admin", "port": 81})


def route(name: str, to: str, parent: str = "name: web", namespace: str = "shop", created: str = "") -> dict[str, Any]:
    parents = f"parentRefs: [{{group: '', kind: Service, namespace: shop, {parent}}}]"
    spec = f"{{{parents}, rules: [{{backendRefs: [{{name: {to}, port: 80}}]}}]}}"
    return gateway_api("HTTPRoute", name, spec, namespace=namespace, created=created)


def world(*objects: dict[str, Any]) -> World:
    found = World(SHOP, FAR)
    found.put(service("web", TWO), service("api"), service("other"), service("near", namespace="far"), *objects)
    return found


def targets(mesh: World, scope: Scope = SHOP, port: int = 80) -> list[str]:
    found = mesh.targets(str(port), f"{WEB}:{port}", scope)
    return [name.removeprefix("outbound|").replace(".svc.cluster.local", "") for name in found]


def test_a_route_in_its_services_namespace_is_for_all_clients():
    mesh = world(route("r", "api"))
    assert targets(mesh) == targets(mesh, FAR) == ["80||api.shop"]
    mesh.delete("HTTPRoute", "r")
    assert targets(mesh) == targets(mesh, FAR) == ["80||web.shop"]


def test_a_route_elsewhere_is_for_the_clients_of_its_namespace_and_comes_first_there():
    mesh = world(route("produced", "api"), route("consumed", "near", namespace="far", created="2030-01-01T00:00:00Z"))
    assert targets(mesh) == ["80||api.shop"]
    assert targets(mesh, FAR) == ["80||near.far"]


@pytest.mark.parametrize("said", ["port: 81", "sectionName: http-admin", "sectionName: http-admin, port: 81"])
def test_a_route_may_be_for_one_port(said):
    mesh = world(route("r", "api", f"name: web, {said}"))
    assert (targets(mesh), targets(mesh, port=81)) == (["80||web.shop"], ["80||api.shop"])


@pytest.mark.parametrize("said", ["sectionName: none", "sectionName: http, port: 81", "port: 99"])
def test_a_port_that_is_not_there_has_no_routes(said):
    mesh = world(route("r", "api", f"name: web, {said}"))
    assert (targets(mesh), targets(mesh, port=81)) == (["80||web.shop"], ["81||web.shop"])


def test_routes_of_one_service_are_taken_together():
    spec = """
    parentRefs: [{group: '', kind: Service, name: web}]
    rules: [{matches: [{path: {value: /a}}], backendRefs: [{name: other, port: 80}]}]
    """
    closer = gateway_api("HTTPRoute", "closer", spec, created="2030-01-01T00:00:00Z")
    old, new = (route(name, name, created=f"202{year}-01-01T00:00:00Z") for name, year in (("api", 1), ("other", 2)))
    assert targets(world(closer, new, old)) == ["80||other.shop", "80||api.shop"]


def test_what_is_not_there_is_answered_with_an_error():
    mesh = world(route("r", "gone"))
    (found,) = mesh.host("80", f"{WEB}:80").routes
    assert targets(mesh) == ["80||gone.shop"] and found.action.missing == 500


def test_a_route_may_be_for_the_hosts_of_a_service_entry():
    entry = istio("ServiceEntry", "out", "{hosts: [a.x], ports: [{number: 80, name: http, protocol: HTTP}]}")
    spec = """
    parentRefs: [{group: networking.istio.io, kind: ServiceEntry, name: out}]
    rules: [{backendRefs: [{name: api, port: 80}]}]
    """
    mesh = world(entry, gateway_api("HTTPRoute", "r", spec))
    assert mesh.targets("80", "a.x:80") == [f"outbound|80||{API}"]


def test_calls_have_routes_too():
    spec = """
    parentRefs: [{group: '', kind: Service, name: web}]
    rules: [{matches: [{method: {service: a.B, method: C}}], backendRefs: [{name: api, port: 80}]}]
    """
    assert targets(world(gateway_api("GRPCRoute", "g", spec), route("r", "other"))) == [
        "80||api.shop",
        "80||other.shop",
    ]


def listener(mesh: World, name: str, scope: Scope = SHOP) -> str:
    """The route table that requests to an address go by, "" = no listener of its own."""
    found = mesh.listener(name, scope)
    return found.chains[0].proxy.route_name if found else ""  # type: ignore[union-attr]


def test_where_a_service_is_routed_those_of_its_namespace_are_told_by_their_addresses():
    mesh = World(SHOP, FAR)
    mesh.put(service("web", address="10.0.0.1"), service("api", address="10.0.0.2"))
    mesh.put(service("near", namespace="far", address="10.0.0.3"))
    assert listener(mesh, "10.0.0.1_80") == ""
    mesh.put(route("r", "api"))
    own = "web.shop.svc.cluster.local:80"
    assert (listener(mesh, "10.0.0.1_80"), listener(mesh, "10.0.0.1_80", FAR)) == (own, own)
    assert mesh.host(own, own).domains == ("*",) and mesh.targets(own, own) == [f"outbound|80||{API}"]
    assert mesh.targets(f"{API}:80", f"{API}:80") == [f"outbound|80||{API}"], "whatever host is asked for there"
    assert listener(mesh, "10.0.0.3_80", FAR) == "", "another namespace's go by the host, as ever"
    assert mesh.targets("80", own) == [f"outbound|80||{API}"], "what comes by another address goes by the host"
    mesh.delete("HTTPRoute", "r")
    assert listener(mesh, "10.0.0.1_80") == ""


def test_a_consumers_route_counts_for_its_namespace_alone():
    mesh = World(SHOP, FAR)
    mesh.put(service("web", address="10.0.0.1"), service("near", namespace="far"))
    mesh.put(route("consumed", "near", namespace="far"))
    assert (listener(mesh, "10.0.0.1_80"), listener(mesh, "10.0.0.1_80", FAR)) == ("", f"{WEB}:80")


def test_gateways_are_no_services():
    assert not is_service(ParentReference(name="web"))
