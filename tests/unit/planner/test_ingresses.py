from typing import Any

from worlds import World, mesh_config, service

from lateen.planner.scope import Scope

EDGE = Scope("gateway", "istio-system", "istio=ingressgateway")


def ingress(**spec: Any) -> dict[str, Any]:
    backend = {"service": {"name": "web", "port": {"name": "http"}}}
    paths = [{"path": "/a", "pathType": "Prefix", "backend": backend}]
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "Ingress",
        "metadata": {"name": "i", "namespace": "shop"},
        "spec": {"rules": [{"host": "a.x", "http": {"paths": paths}}], **spec},
    }


def test_an_ingress_is_served_by_the_gateways_that_are_for_it() -> None:
    world = World(EDGE)
    world.put(service("web", [{"name": "http", "port": 8080}]), ingress(ingressClassName="istio"))
    assert world.names("listeners", EDGE) == []
    controller = {"controller": "istio.io/ingress-controller"}
    head = {"apiVersion": "networking.k8s.io/v1", "kind": "IngressClass", "metadata": {"name": "istio"}}
    world.put(head | {"spec": controller})
    assert world.names("listeners", EDGE) == ["0.0.0.0_80"]
    web = "outbound|8080||web.shop.svc.cluster.local"
    assert world.targets("http.80", "a.x:80", EDGE) == [web, web]
    world.put(mesh_config("ingressSelector: other"))
    assert world.names("listeners", EDGE) == []


def test_a_change_of_one_ingress_plans_no_other_again() -> None:
    world = World(EDGE)
    world.put(mesh_config("ingressControllerMode: DEFAULT"))
    for name in ("one", "two"):
        raw = ingress()
        raw["metadata"] = {"name": name, "namespace": "shop"}
        raw["spec"]["rules"][0]["host"] = f"{name}.x"
        world.put(raw)
    raw["spec"]["rules"][0]["http"]["paths"][0]["path"] = "/b"
    world.put(raw)
    ran = world.ran()
    assert ran["ingresses"] == [("shop", "two")] and [key.name for key in ran["ingress traffic"]] == ["two.x"]
