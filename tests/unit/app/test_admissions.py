"""What a control plane over a real API server says of objects on their way in."""

import base64
import json
from typing import Any

from planes import Plane

from lateen.app.admissions import Admissions

POD = {"metadata": {"generateName": "web-"}, "spec": {"containers": [{"name": "web", "image": "web:1"}]}}


def config_map(name: str, **data: str) -> dict[str, Any]:
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": name, "namespace": "istio-system"},
        "data": data,
    }


def namespace(name: str, **labels: str) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": labels}}


def admissions(mesh: Plane) -> Admissions:
    source = mesh.control.source
    return Admissions(mesh.admin, mesh.control.pipeline.store, source.membership, "", "istio-system")


def asking(namespace: str, raw: Any) -> dict[str, Any]:
    return {"uid": "1", "namespace": namespace, "object": raw}


def patched(answer: dict[str, Any]) -> Any:
    patch = answer["response"].get("patch")
    return json.loads(base64.b64decode(patch)) if patch else None


async def test_pods_are_injected_as_the_installation_says(mesh: Plane) -> None:
    values = json.dumps({"global": {"hub": "h", "tag": "t"}})
    await mesh.seen(await mesh.put(config_map("istio-sidecar-injector", values=values)))
    await mesh.put(namespace("labelled", **{"istio-injection": "enabled"}))
    answer = await admissions(mesh).inject(asking("labelled", POD))
    spec = next(step["value"] for step in patched(answer) if step["path"] == "/spec")
    assert [one["image"] for one in spec["initContainers"]] == ["h/proxyv2:t", "h/proxyv2:t"]


async def test_where_nobody_asks_nothing_is_changed(mesh: Plane) -> None:
    await mesh.put(namespace("plain"))
    answer = await admissions(mesh).inject(asking("plain", POD))
    assert answer["response"]["allowed"] and patched(answer) is None
    assert (await admissions(mesh).inject(asking("nowhere", POD)))["response"]["allowed"]


async def test_an_installation_that_cannot_be_read_is_told(mesh: Plane) -> None:
    await mesh.seen(await mesh.put(config_map("istio-sidecar-injector", values="{")))
    answer = await admissions(mesh).inject(asking("default", POD))
    assert "istio-sidecar-injector" in answer["response"]["status"]["message"]


async def test_wrong_objects_are_refused_with_every_fault_and_doubtful_ones_are_told(mesh: Plane) -> None:
    rule = {
        "apiVersion": "networking.istio.io/v1",
        "kind": "DestinationRule",
        "metadata": {"name": "r", "namespace": "a"},
    }
    answer = await admissions(mesh).validate(
        asking("a", rule | {"spec": {"trafficPolicy": {"loadBalancer": {"simple": "WRONG"}}}})
    )
    message = answer["response"]["status"]["message"]
    assert "spec.host" in message and "simple" in message
    fine = await admissions(mesh).validate(asking("a", rule | {"spec": {"host": "a"}}))
    assert fine["response"]["allowed"]
    assert (await admissions(mesh).validate(asking("a", None)))["response"]["allowed"]
