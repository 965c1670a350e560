"""With ownership of hosts enforced, no namespace takes the traffic of another."""

import json
from typing import Any

from mesh import Mesh, eventually

HOST = "web.bank.svc.cluster.local"


def namespace(name: str, grant: str = "") -> dict[str, Any]:
    meta = {"name": name, "labels": {"istio-injection": "enabled"}, "annotations": {"lateen.dev/hosts": grant}}
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": meta}


def settings(text: str) -> dict[str, Any]:
    meta = {"name": "istio", "namespace": "istio-system"}
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": meta, "data": {"mesh": text}}


def answering(mesh: Mesh, place: str) -> str:
    """Who answers a client in a namespace that calls the bank."""
    said = mesh.curl("client", f"http://{HOST}:8080/", namespace=place).stdout
    return str(json.loads(said)["name"]) if said.startswith("{") else said


def test_a_rule_for_a_foreign_host_takes_nobodys_traffic_until_the_host_is_granted(mesh: Mesh) -> None:
    mesh.apply(namespace("bank"), namespace("shop"))
    mesh.deploy("web", namespace="bank")
    mesh.deploy("thief", namespace="shop")
    for place in ("bank", "shop"):
        mesh.deploy("client", namespace=place)
    route = {"destination": {"host": "thief.shop.svc.cluster.local"}}
    steal = {"apiVersion": "networking.istio.io/v1", "kind": "VirtualService", "metadata": {"name": "steal", "namespace": "shop"},
             "spec": {"hosts": [HOST], "http": [{"route": [route]}]}}  # fmt: skip
    mesh.apply(steal)
    eventually(lambda: answering(mesh, "bank").startswith("thief"), 15, "what anybody can do in Istio")
    mesh.apply(settings("hostOwnership: ENFORCED"))
    eventually(lambda: answering(mesh, "bank").startswith("web"), 10)
    assert answering(mesh, "shop").startswith("thief"), "for itself a namespace routes what it calls"
    told = eventually(lambda: mesh.get("virtualservice", "steal", "shop")["status"]["validationMessages"], 10)
    assert [each["type"]["code"] for each in told] == ["LAT0011"]
    said = mesh.lateen("analyze", "-n", "shop", check=False).stdout
    assert f"kubectl annotate namespace shop lateen.dev/hosts={HOST}" in said
    mesh.apply(namespace("shop", grant=HOST))
    eventually(lambda: answering(mesh, "bank").startswith("thief"), 10)
