"""Gateways and routes of the Gateway API in real Envoys: proxies that come by themselves, who may attach, where
requests go, and what statuses say of it (rows 76 to 78)."""

import json
from typing import Any

import pytest
from mesh import Mesh, eventually

EDGE = "edge-istio.infra.svc.cluster.local"
Raw = dict[str, Any]


def namespace(name: str, **labels: str) -> Raw:
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": labels}}


def gateway(**namespaces: Any) -> Raw:
    listener = {"name": "http", "port": 80, "protocol": "HTTP", "allowedRoutes": {"namespaces": namespaces}}
    spec = {"gatewayClassName": "istio", "listeners": [listener]}
    return api("Gateway", "edge", spec, "infra")


def api(kind: str, name: str, spec: Raw, namespace: str = "default") -> Raw:
    meta = {"name": name, "namespace": namespace}
    return {"apiVersion": "gateway.networking.k8s.io/v1", "kind": kind, "metadata": meta, "spec": spec}


def route(*backends: Raw) -> Raw:
    rule = {"matches": [{"path": {"type": "PathPrefix", "value": "/v1"}}], "backendRefs": list(backends)}
    return api("HTTPRoute", "payments", {"parentRefs": [{"name": "edge", "namespace": "infra"}], "rules": [rule]})


API = {"name": "payments", "port": 8080}


@pytest.fixture(scope="module")
def shop(mesh: Mesh) -> Mesh:
    mesh.apply(namespace("infra"))
    mesh.kubectl("apply", "-f", "-", stdin=json.dumps(gateway(**{"from": "All"})))
    mesh.deploy("payments")
    mesh.deploy("client", inject=False)
    return mesh


def conditions(mesh: Mesh) -> dict[str, str]:
    """What is said of the route at its parent: the reasons of conditions, by type."""
    status = json.loads(mesh.kubectl("get", "httproute", "payments", "-o", "json").stdout).get("status", {})
    return {one["type"]: one["reason"] for parent in status.get("parents", []) for one in parent["conditions"]}


def answer(mesh: Mesh, path: str) -> int:
    return mesh.call("client", f"http://{EDGE}{path}")[0]


def gateway_status(mesh: Mesh) -> Raw:
    found = mesh.kubectl("get", "gateways.gateway.networking.k8s.io", "edge", "-n", "infra", "-o", "json").stdout
    return dict(json.loads(found)["status"])


def programmed(mesh: Mesh) -> bool:
    said = {one["type"]: one["status"] for one in gateway_status(mesh)["conditions"]}
    return said.get("Accepted") == said.get("Programmed") == "True"


def test_a_gateway_gets_its_proxy_by_itself_and_says_where_it_is(shop: Mesh) -> None:
    eventually(lambda: programmed(shop), 40, "the gateway is programmed")
    (address,) = gateway_status(shop)["addresses"]
    service = shop.get("service", "edge-istio", "infra")
    assert address == {"type": "IPAddress", "value": service["spec"]["clusterIP"]}
    assert shop.get("deployment", "edge-istio", "infra")["status"]["readyReplicas"] == 1
    listed = shop.kubectl("get", "gtw", "-n", "infra", "--no-headers").stdout.split()
    assert listed[:4] == ["edge", "istio", address["value"], "True"]
    assert "True" in shop.kubectl("get", "gatewayclass", "istio", "--no-headers").stdout


def test_requests_go_below_the_prefix_and_nowhere_else(shop: Mesh) -> None:
    shop.kubectl("apply", "-f", "-", stdin=json.dumps(route(API)))
    eventually(lambda: answer(shop, "/v1/x") == 200, 20, "the route")
    assert (answer(shop, "/v1"), answer(shop, "/v1x"), answer(shop, "/other")) == (200, 404, 404)
    eventually(lambda: conditions(shop) == {"Accepted": "Accepted", "ResolvedRefs": "ResolvedRefs"}, 10, "its status")
    eventually(lambda: gateway_status(shop)["listeners"][0]["attachedRoutes"] == 1, 10, "one route is attached")


def test_a_backend_that_is_missing_is_said_and_answered_500(shop: Mesh) -> None:
    shop.apply(route({"name": "gone", "port": 8080}))
    eventually(lambda: conditions(shop).get("ResolvedRefs") == "BackendNotFound", 10, "its status")
    eventually(lambda: answer(shop, "/v1/x") == 500, 10, "the answer")
    shop.apply(route(API))
    eventually(lambda: answer(shop, "/v1/x") == 200, 10, "the backend is there")


def test_listeners_say_whose_routes_they_take(shop: Mesh) -> None:
    def refused() -> bool:
        return conditions(shop).get("Accepted") == "NotAllowedByListeners" and answer(shop, "/v1/x") == 404

    shop.apply(route(API), gateway(**{"from": "Same"}))
    eventually(refused, 10, "routes of other namespaces are refused")
    shop.apply(gateway(**{"from": "Selector", "selector": {"matchLabels": {"team": "payments"}}}))
    eventually(refused, 10, "routes of namespaces without the label are refused")
    shop.kubectl("label", "namespace", "default", "team=payments")
    eventually(lambda: conditions(shop).get("Accepted") == "Accepted", 10, "the namespace has the label")
    eventually(lambda: answer(shop, "/v1/x") == 200, 10, "its routes count")


def test_with_the_gateway_its_proxy_goes(shop: Mesh) -> None:
    shop.kubectl("delete", "gtw", "edge", "-n", "infra")
    eventually(lambda: not shop.get("deployments", namespace="infra"), 30, "the deployment is gone")
    eventually(lambda: not shop.get("pods", namespace="infra"), 30, "its pod is gone")
