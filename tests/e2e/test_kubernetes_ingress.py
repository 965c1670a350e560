"""Kubernetes' own Ingress, applied with kubectl, is served by the mesh's ingress gateway."""

import json
import urllib.error
import urllib.request
from typing import Any

from mesh import Mesh, eventually

CLASS = """
apiVersion: networking.k8s.io/v1
kind: IngressClass
metadata: {name: istio}
spec: {controller: istio.io/ingress-controller}
"""
INGRESS = """
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: web}
spec:
  ingressClassName: istio
  rules:
  - host: web.example.com
    http:
      paths:
      - {path: /shop, pathType: Prefix, backend: {service: {name: web, port: {number: 8080}}}}
      - {path: /shop/only, pathType: Exact, backend: {service: {name: other, port: {name: http-8080}}}}
"""


def get(mesh: Mesh, path: str, host: str = "web.example.com") -> tuple[int, dict[str, Any]]:
    request = urllib.request.Request(f"{mesh.gateway}{path}", headers={"Host": host})
    try:
        with urllib.request.urlopen(request, timeout=5) as answer:
            return answer.status, json.loads(answer.read())
    except urllib.error.HTTPError as error:
        return error.code, {}
    except OSError:
        return 0, {}


def test_an_ingress_is_served_by_host_and_path_until_it_is_gone(mesh: Mesh) -> None:
    for name in ("web", "other"):
        mesh.deploy(name)
    mesh.kubectl("apply", "-f", "-", stdin=f"{CLASS}---{INGRESS}")
    assert mesh.kubectl("get", "ingress", "web").stdout.split()[6:10] == ["web", "istio", "web.example.com", "80"]
    eventually(lambda: get(mesh, "/shop/a")[0] == 200, 10, "the Ingress")
    assert get(mesh, "/shop/a")[1]["name"] == get(mesh, "/shop")[1]["name"] == "web"
    assert get(mesh, "/shop/only")[1]["name"] == "other"
    assert get(mesh, "/shopping")[0] == 404
    assert get(mesh, "/shop", "other.example.com")[0] == 404
    mesh.kubectl("delete", "ingress", "web")
    eventually(lambda: get(mesh, "/shop")[0] in (0, 404), 5, "gone")
