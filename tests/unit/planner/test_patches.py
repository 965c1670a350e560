"""Which patches hit which piece of a plan."""

from typing import Any

from worlds import SHOP, World, istio, pod, service

from lateen.planner.scope import Scope
from lateen.reactive import Read

LOOK = Read("test", 1 << 30)
EDGE = Scope("gateway", "shop", ":http8080=8080,app=edge")
INBOUND = Scope("inbound", "shop", "app=web")


def patch(target: str, match: str = "", operation: str = "MERGE", value: str = "{name: x}") -> str:
    return f"{{applyTo: {target}, match: {{{match}}}, patch: {{operation: {operation}, value: {value}}}}}"


def world(*patches: str) -> World:
    found = World(SHOP, INBOUND)
    found.put(service("web"), service("api"), pod("web-1", "10.1.0.1"))
    raw = istio("EnvoyFilter", "f", f"{{configPatches: [{', '.join(patches)}]}}")
    found.put(raw | {"apiVersion": "networking.istio.io/v1alpha3"})
    return found


def hit(found: World, collection: str, scope: Scope = SHOP) -> list[str]:
    """The names of what any patch hits."""
    rows: dict[Any, Any] = dict(getattr(found.plans, collection).items())
    return sorted(
        name for (of, name), row in rows.items() if of == scope and found.plans.patches.of_piece(LOOK, of, row)
    )


def test_a_cluster_is_hit_by_the_patches_that_mean_it() -> None:
    mesh = world(patch("CLUSTER", "cluster: {service: web.shop.svc.cluster.local}"))
    assert hit(mesh, "upstreams") == ["outbound|80||web.shop.svc.cluster.local"]
    inward = world(patch("CLUSTER", "context: SIDECAR_INBOUND, cluster: {service: web.shop.svc.cluster.local}"))
    assert hit(inward, "upstreams") == [] and hit(inward, "upstreams", INBOUND) == ["inbound|80||"]


def test_a_listener_is_hit_by_its_port_and_an_inbound_one_by_those_of_its_chains() -> None:
    mesh = world(patch("HTTP_FILTER", "listener: {portNumber: 80}"))
    assert hit(mesh, "listeners") == ["0.0.0.0_80"]
    assert hit(mesh, "listeners", INBOUND) == ["virtualInbound"]
    other = world(patch("HTTP_FILTER", "listener: {portNumber: 81}"))
    assert hit(other, "listeners") == hit(other, "listeners", INBOUND) == []


def test_a_table_is_hit_and_where_it_stands_in_a_listener_that_is_hit() -> None:
    mesh = world(
        patch("VIRTUAL_HOST", "routeConfiguration: {portNumber: 80}", value="{request_headers_to_remove: [x]}")
    )
    assert hit(mesh, "routes") == ["80"]
    assert hit(mesh, "listeners") == [] and hit(mesh, "listeners", INBOUND) == ["virtualInbound"]


def test_a_gateways_table_and_listener_are_hit_by_the_port_of_its_service() -> None:
    mesh = world(patch("ROUTE_CONFIGURATION", "context: GATEWAY, routeConfiguration: {portNumber: 80}"))
    mesh.put(
        service("edge", [{"name": "http", "port": 80, "targetPort": 8080}], address="10.0.0.9"),
        istio(
            "Gateway",
            "g",
            "{selector: {app: edge}, servers: [{port: {number: 80, name: h, protocol: HTTP}, hosts: ['*']}]}",
        ),
        istio("VirtualService", "v", "{hosts: [a.x], gateways: [g], http: [{route: [{destination: {host: web}}]}]}"),
    )
    mesh.want(EDGE)
    assert hit(mesh, "routes", EDGE) == ["http.8080"] and hit(mesh, "routes") == []


def test_what_is_added_is_added_once_unless_it_is_there() -> None:
    there = "outbound|80||web.shop.svc.cluster.local"
    add = [patch("CLUSTER", "", "ADD", f"{{name: '{name}'}}") for name in ("new", "new", there)]
    mesh = world(*add, patch("CLUSTER", "context: SIDECAR_INBOUND", "ADD", "{name: in}"))
    assert sorted(dict(mesh.plans.additions["CLUSTER"].items())) == [(INBOUND, "in"), (SHOP, "new")]
    extension = world(patch("EXTENSION_CONFIG", "context: SIDECAR_INBOUND", "ADD", "{name: e}"))
    assert list(dict(extension.plans.additions["EXTENSION_CONFIG"].items())) == [(INBOUND, "e")]


def test_a_change_of_a_filter_computes_only_what_it_hits_anew() -> None:
    mesh = world(patch("CLUSTER", "cluster: {service: web.shop.svc.cluster.local}"))
    mesh.delete("EnvoyFilter", "f")
    additions = {f"additions {target}" for target in ("CLUSTER", "LISTENER", "EXTENSION_CONFIG")}
    assert set(mesh.ran()) <= {"patch sets", "scopes", "patches", *additions}
