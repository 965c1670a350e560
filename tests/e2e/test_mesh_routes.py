"""Routes of the Gateway API for the mesh, applied with kubectl, as real sidecars obey them."""

import json
from collections import Counter
from typing import Any

import pytest
from mesh import Mesh, eventually

WEB = "http://web:8080"


@pytest.fixture(scope="module")
def shop(mesh: Mesh) -> Mesh:
    for version in ("v1", "v2"):
        mesh.deploy(f"web-{version}", app="web", labels={"version": version})
        mesh.apply(version_service(version))
    mesh.deploy("client")
    mesh.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "far", "labels": {"istio-injection": "enabled"}}})  # fmt: skip
    mesh.deploy("client", namespace="far")
    return mesh


def version_service(version: str) -> dict[str, Any]:
    ports = [{"name": "http", "port": 8080}]
    spec = {"selector": {"app": "web", "version": version}, "ports": ports}
    return {"apiVersion": "v1", "kind": "Service", "metadata": {"name": f"web-{version}"}, "spec": spec}


def route(name: str, *rules: dict[str, Any], namespace: str = "default", kind: str = "HTTPRoute") -> dict[str, Any]:
    parent = {"group": "", "kind": "Service", "name": "web", "namespace": "default", "port": 8080}
    meta = {"name": name, "namespace": namespace}
    spec = {"parentRefs": [parent], "rules": list(rules)}
    return {"apiVersion": "gateway.networking.k8s.io/v1", "kind": kind, "metadata": meta, "spec": spec}


def to(name: str, **more: Any) -> dict[str, Any]:
    return {"name": name, "namespace": "default", "port": 8080, **more}


def answer(mesh: Mesh, path: str = "/", *arguments: str, namespace: str = "default") -> tuple[int, str]:
    status, body = mesh.call("client", f"http://web.default:8080{path}", *arguments, namespace=namespace)
    return status, body["name"] if body else ""


def answers(mesh: Mesh, count: int, path: str = "/", *, namespace: str = "default") -> Counter[tuple[int, str]]:
    """Many answers at once, as `answer` gives one."""
    url = f"http://web.default:8080{path}?[1-{count}]"
    done = mesh.curl("client", "-w", "\n%{http_code}\n", url, namespace=namespace, seconds=30)
    lines = done.stdout.splitlines()
    bodies = [json.loads(body)["name"] if body.startswith("{") else "" for body in lines[::2]]
    return Counter(zip(map(int, lines[1::2]), bodies, strict=True))


def test_rules_match_by_path_header_and_method_and_the_more_particular_counts(shop: Mesh) -> None:
    by_header = {"matches": [{"headers": [{"name": "x-v", "value": "2"}]}], "backendRefs": [to("web-v2")]}
    by_path = {"matches": [{"path": {"value": "/two"}}], "backendRefs": [to("web-v2")]}
    all_ = {"backendRefs": [to("web-v1")]}
    posts = {"matches": [{"path": {"value": "/two"}, "method": "POST"}], "backendRefs": [to("web-v1")]}
    given = route("particular", all_, by_header, by_path, posts)
    shop.kubectl("apply", "-f", "-", stdin=json.dumps(given))
    eventually(lambda: answer(shop, "/two") == (200, "web-v2"), 10, "the route")
    assert answer(shop, "/two/x") == (200, "web-v2")
    assert answer(shop, "/twox") == (200, "web-v1")
    assert answer(shop, "/", "-H", "x-v: 2") == (200, "web-v2")
    assert answer(shop, "/two", "-X", "POST") == (200, "web-v1")
    shop.delete(given)
    eventually(lambda: len(answers(shop, 8, "/two")) == 2, 10, "no route any more")


def test_requests_are_split_by_weight(shop: Mesh) -> None:
    given = route("split", {"backendRefs": [to("web-v1", weight=90), to("web-v2", weight=10)]})
    shop.apply(given)
    eventually(lambda: answers(shop, 20)[200, "web-v1"] >= 13, 10, "the split")
    counted = answers(shop, 300)
    assert sum(counted.values()) == 300 and 10 <= counted[200, "web-v2"] <= 55, counted
    shop.delete(given)


def test_filters_change_requests_and_answer_them(shop: Mesh) -> None:
    def filtered(path: str, *filters: dict[str, Any], **more: Any) -> dict[str, Any]:
        return {"matches": [{"path": {"value": path}}], "filters": list(filters), **more}

    headers = {"type": "RequestHeaderModifier", "requestHeaderModifier": {
        "set": [{"name": "x-set", "value": "50%"}], "add": [{"name": "x-add", "value": "b"}], "remove": ["x-gone"]}}  # fmt: skip
    prefix = {"path": {"type": "ReplacePrefixMatch", "replacePrefixMatch": "/"}, "hostname": "other.example.com"}
    rewrite = {"type": "URLRewrite", "urlRewrite": prefix}
    redirect = {"type": "RequestRedirect", "requestRedirect": {"scheme": "https", "hostname": "a.example.com", "path": {
        "type": "ReplacePrefixMatch", "replacePrefixMatch": "/new"}, "statusCode": 301}}  # fmt: skip
    given = route(
        "filters",
        filtered("/headers", headers, backendRefs=[to("web-v1")]),
        filtered("/rewrite", rewrite, backendRefs=[to("web-v1")]),
        filtered("/old", redirect),
        filtered("/slow", timeouts={"request": "300ms"}, backendRefs=[to("web-v1")]),
    )
    shop.apply(given)

    def seen() -> Any:
        return shop.call("client", f"{WEB}/headers", "-H", "x-add: a", "-H", "x-gone: c")

    eventually(lambda: seen()[1]["headers"].get("x-set") == "50%", 10, "the filters")
    found = seen()[1]["headers"]
    assert found["x-add"].replace(" ", "") in ("a,b", "b") and "x-gone" not in found
    status, body = shop.call("client", f"{WEB}/rewrite/x?y=1")
    assert (status, body["path"], body["headers"]["host"]) == (200, "/x?y=1", "other.example.com")
    assert shop.call("client", f"{WEB}/rewrite")[1]["path"] == "/"
    moved = shop.curl("client", "-o", "/dev/null", "-w", "%{http_code} %{redirect_url}", f"{WEB}/old/x").stdout
    assert moved == "301 https://a.example.com/new/x"
    assert answer(shop, "/slow", "-H", "x-hold: 2")[0] == 504
    shop.delete(given)


def test_what_is_not_there_is_answered_500_for_its_share(shop: Mesh) -> None:
    given = route("gone", {"backendRefs": [to("gone")]})
    shop.apply(given)
    eventually(lambda: answer(shop)[0] == 500, 10, "no such backend")
    shop.apply(route("gone", {"backendRefs": [to("gone"), to("web-v1")]}))
    eventually(lambda: {status for status, _ in answers(shop, 12)} == {200, 500}, 10, "half of the requests")
    shop.apply(route("gone", {}))
    eventually(lambda: {status for status, _ in answers(shop, 6)} == {500}, 10, "a rule without a backend")
    shop.delete(given)


def test_a_consumers_route_is_for_its_namespace_only(shop: Mesh) -> None:
    produced = route("produced", {"backendRefs": [to("web-v1")]})
    consumed = route("consumed", {"backendRefs": [to("web-v2")]}, namespace="far")
    shop.apply(produced, consumed)
    eventually(lambda: set(answers(shop, 8, namespace="far")) == {(200, "web-v2")}, 10, "the consumer's")
    eventually(lambda: set(answers(shop, 8)) == {(200, "web-v1")}, 10, "the producer's")
    shop.delete(consumed)
    eventually(lambda: set(answers(shop, 8, namespace="far")) == {(200, "web-v1")}, 10, "the producer's for all")
    shop.delete(produced)
