"""The charts on a real cluster: a control plane and a gateway by Helm, beside those of `lateen install`, and away again."""

import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from clusters import Mesh, eventually
from helm import Helm

ROUTE = """
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {name: edge, namespace: by-helm}
spec:
  selector: {istio: edge}
  servers: [{port: {number: 80, name: http, protocol: HTTP}, hosts: ["*"]}]
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: edge, namespace: by-helm}
spec:
  hosts: ["*"]
  gateways: [edge]
  http: [{route: [{destination: {host: productpage.default.svc.cluster.local, port: {number: 9080}}}]}]
"""


@pytest.fixture
def helm(mesh: Mesh, tmp_path: Path) -> Iterator[Helm]:
    """The charts, written by the command; nothing of them is left."""
    made = Helm(tmp_path, mesh.whole.kubeconfig)
    mesh.lateen("manifest", "charts", "-o", tmp_path)
    try:
        yield made
    finally:
        mesh.kubectl("delete", "namespace", "by-helm", "--ignore-not-found")
        made.run("uninstall", "istiod-helm", "-n", "istio-system", "--ignore-not-found", "--wait")


def test_the_charts_make_a_mesh_that_works(mesh: Mesh, helm: Helm) -> None:
    control_plane = {
        "revision": "helm",
        "global": {"tag": "test", "imagePullPolicy": "Never", "proxy": {"resources": {}}},
        "pilot": {"autoscaleEnabled": False, "resources": {"requests": {"cpu": "1m", "memory": "10Mi"}}},
    }
    helm.run("install", "istiod-helm", "./istiod", "-n", "istio-system", "--wait", values=control_plane)
    edge = {
        "revision": "helm",
        "service": {"type": "NodePort"},
        "autoscaling": {"enabled": False},
        "resources": {"requests": {"cpu": "1m", "memory": "10Mi"}},
    }
    mesh.namespace("by-helm", istio_io__rev="helm")
    mesh.kubectl("label", "namespace", "by-helm", "istio.io/rev=helm", "--overwrite")
    helm.run("install", "edge", "./gateway", "-n", "by-helm", "--wait", values=edge)
    pod = mesh.pods("by-helm", "istio=edge")[0]
    assert pod["metadata"]["annotations"]["istio.io/rev"] == "helm"
    mesh.apply(ROUTE)
    ports = mesh.get("service", "-n", "by-helm", "edge")["spec"]["ports"]
    url = f"http://{mesh.whole.address}:{next(one['nodePort'] for one in ports if one['port'] == 80)}/productpage"

    def served() -> bool:
        try:
            with urllib.request.urlopen(url, timeout=5) as answer:
                return b"Simple Bookstore App" in answer.read()
        except OSError:
            return False

    assert eventually(served)
    client = mesh.client("by-helm")
    assert eventually(lambda: client.call("http://productpage.default:9080/productpage").status == 200)
    assert "istiod-helm" not in mesh.lateen("install", "-y", "--dry-run", "--set", "profile=minimal")
    assert mesh.get("deployment", "-n", "istio-system", "istiod-helm")
    mesh.lateen("uninstall", "-y", "--revision", "helm")
    assert mesh.get("deployment", "-n", "istio-system", "istiod-helm"), "what is Helm's stays"
