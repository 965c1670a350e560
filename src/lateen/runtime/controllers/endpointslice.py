"""EndpointSlices: where each Service's pods are and which of them are ready.

A pod leaves its slices the moment its deletion begins, before its process is told to stop. Pods that resolve
the Service's named target ports differently stand in different slices, as in Kubernetes.
"""

import hashlib
import json
from collections import defaultdict
from typing import Any

from lateen.base.refs import Key
from lateen.base.selectors import matches
from lateen.runtime.controllers.controller import Controller
from lateen.runtime.controllers.pods import finished, ready, terminating
from lateen.runtime.controllers.references import owned_by
from lateen.runtime.mirror import Json, Mirror, key_of

SERVICE_NAME = "kubernetes.io/service-name"
MANAGED_BY = "endpointslice.kubernetes.io/managed-by"
MANAGER = "endpointslice-controller.lateen.dev"

# The ports of a slice: name, protocol, number, application protocol.
Ports = tuple[tuple[str, str, int, str], ...]


async def reconcile(key: Key, mirror: Mirror) -> None:
    """Write the slices that the Service should have, delete those that it should not."""
    service = mirror.get("Service", key)
    current = {
        raw["metadata"]["name"]: raw
        for raw in mirror.within("EndpointSlice", key.namespace)
        if _service(raw) == key.name and raw["metadata"]["labels"].get(MANAGED_BY) == MANAGER
    }
    wanted = {raw["metadata"]["name"]: raw for raw in slices(service, mirror)} if service else {}
    for name, raw in wanted.items():
        if name not in current:
            await mirror.create("EndpointSlice", raw)
        elif any(current[name].get(field) != raw[field] for field in ("endpoints", "ports")):
            metadata = {**current[name]["metadata"], "labels": raw["metadata"]["labels"]}
            await mirror.replace("EndpointSlice", {**raw, "metadata": metadata})
    for name in current.keys() - wanted.keys():
        await mirror.delete("EndpointSlice", Key(key.namespace, name))


def slices(service: Json, mirror: Mirror) -> list[Json]:
    """The slices of `service`; none for one without selector, whose endpoints are its owner's affair."""
    spec = service["spec"]
    if not spec.get("selector") or spec.get("type") == "ExternalName" or terminating(service):
        return []
    groups: dict[Ports, list[Json]] = defaultdict(list)
    for pod in mirror.within("Pod", service["metadata"]["namespace"]):
        if _counts(pod) and matches(spec["selector"], pod["metadata"].get("labels") or {}):
            groups[ports(service, pod)].append(_endpoint(pod, spec))
    return [_slice(service, group, endpoints) for group, endpoints in groups.items()]


def ports(service: Json, pod: Json) -> Ports:
    """The Service's ports as `pod` has them; a named target port that the pod does not have is left out."""
    found = [
        (port.get("name") or "", port.get("protocol") or "TCP", number, port.get("appProtocol") or "")
        for port in service["spec"].get("ports") or ()
        if (number := _target(port, pod)) is not None
    ]
    return tuple(found)


def _target(port: Json, pod: Json) -> int | None:
    target = port.get("targetPort") or port["port"]
    if isinstance(target, int) or target.isdecimal():
        return int(target)
    containers = (*pod["spec"].get("initContainers", ()), *pod["spec"]["containers"])
    named = [
        item["containerPort"]
        for container in containers
        for item in container.get("ports") or ()
        if item.get("name") == target and item.get("protocol", "TCP") == (port.get("protocol") or "TCP")
    ]
    return named[0] if named else None


def _counts(pod: Json) -> bool:
    return bool((pod.get("status") or {}).get("podIP")) and not terminating(pod) and not finished(pod)


def _endpoint(pod: Json, service: Json) -> Json:
    is_ready = ready(pod) or bool(service.get("publishNotReadyAddresses"))
    metadata, spec = pod["metadata"], pod["spec"]
    endpoint: Json = {
        "addresses": [pod["status"]["podIP"]],
        "conditions": {"ready": is_ready, "serving": is_ready, "terminating": False},
        "targetRef": {
            "kind": "Pod",
            "namespace": metadata["namespace"],
            "name": metadata["name"],
            "uid": metadata["uid"],
        },
        "nodeName": spec["nodeName"],
    }
    if spec.get("hostname") and spec.get("subdomain"):
        endpoint["hostname"] = spec["hostname"]
    return endpoint


def _slice(service: Json, group: Ports, endpoints: list[Json]) -> Json:
    name = service["metadata"]["name"]
    digest = hashlib.blake2b(json.dumps(group).encode(), digest_size=3).hexdigest()
    labels = {**(service["metadata"].get("labels") or {}), SERVICE_NAME: name, MANAGED_BY: MANAGER}
    if service["spec"].get("clusterIP") == "None":
        labels["service.kubernetes.io/headless"] = ""
    return {
        "apiVersion": "discovery.k8s.io/v1",
        "kind": "EndpointSlice",
        "metadata": {
            "name": f"{name}-{digest}",
            "namespace": service["metadata"]["namespace"],
            "labels": labels,
            "ownerReferences": [owned_by(service, "v1", "Service")],
        },
        "addressType": "IPv4",
        "endpoints": sorted(endpoints, key=lambda endpoint: endpoint["targetRef"]["name"]),
        "ports": [_port(*port) for port in group],
    }


def _port(name: str, protocol: str, number: int, application: str) -> dict[str, Any]:
    port: dict[str, Any] = {"name": name, "protocol": protocol, "port": number}
    return port | ({"appProtocol": application} if application else {})


def _service(raw: Json) -> str:
    return str((raw["metadata"].get("labels") or {}).get(SERVICE_NAME, ""))


def _services_of_pod(pod: Json, mirror: Mirror) -> list[Key]:
    labels = pod["metadata"].get("labels") or {}
    return [
        key_of(service)
        for service in mirror.within("Service", pod["metadata"]["namespace"])
        if (selector := service["spec"].get("selector")) and matches(selector, labels)
    ]


ENDPOINT_SLICES = Controller(
    "endpointslice",
    {
        "Service": lambda raw, mirror: [key_of(raw)],
        "Pod": _services_of_pod,
        "EndpointSlice": lambda raw, mirror: [Key(raw["metadata"]["namespace"], _service(raw))],
    },
    reconcile,
)
