"""Have applications' probes asked through the proxy's agent: the kubelet has no certificate, and the proxy wants one.

Probes and lifecycle hooks over HTTP, TCP and gRPC go to port 15020 of the pod, where the agent asks the application in
the kubelet's place (`node/app_health.py`). Commands stay the kubelet's.
https://istio.io/latest/docs/ops/configuration/mesh/app-health-check/
"""

import copy
from collections.abc import Iterator, Mapping
from typing import Any

from lateen.base.errors import Fault, Invalid

Json = dict[str, Any]

ANNOTATION = "sidecar.istio.io/rewriteAppHTTPProbers"
VARIABLE = "ISTIO_KUBE_APP_PROBERS"
STATUS_PORT = 15020

_OWN_PORTS = (STATUS_PORT, 15021)
_PROBES = {"readinessProbe": "readyz", "livenessProbe": "livez", "startupProbe": "startupz"}
_HOOKS = {"preStop": "prestopz", "postStart": "poststartz"}
_ACTIONS = ("httpGet", "tcpSocket", "grpc")


def wanted(annotations: Mapping[str, str], default: bool) -> bool:
    """Say whether a pod's probes are rewritten: by its annotation, else as the mesh has it."""
    return annotations.get(ANNOTATION, str(default)).strip().lower() in ("true", "1", "t", "yes", "y", "on")


def rewrite(spec: Json, proxy: str) -> Json:
    """Rewrite the probes of all containers of `spec` but the one named `proxy`, in place.

    Returns what the agent must ask: path → the probe, its port a number. Raises Invalid for a port without number.
    """
    asked: Json = {}
    for container in _containers(spec, proxy):
        name = container["name"]
        for field, path in _PROBES.items():
            if found := container.get(field):
                container[field] = _moved(found, f"/app-health/{name}/{path}", container, asked)
        hooks = container.get("lifecycle") or {}
        for field, path in _HOOKS.items():
            if found := hooks.get(field):
                hooks[field] = _moved(found, f"/app-lifecycle/{name}/{path}", container, asked)
    return dict(sorted(asked.items()))


def _containers(spec: Json, proxy: str) -> Iterator[Json]:
    """Containers that run on beside the proxy: native sidecars have probes, too."""
    for field in ("containers", "initContainers"):
        for container in spec.get(field) or ():
            runs_on = field == "containers" or container.get("restartPolicy") == "Always"
            if container.get("name") != proxy and runs_on:
                yield container


def _moved(probe: Json, path: str, container: Json, asked: Json) -> Json:
    action = next((name for name in _ACTIONS if probe.get(name)), "")
    if not action:
        return probe
    found = copy.deepcopy(probe[action])
    found["port"] = _number(found.get("port"), container)
    if found["port"] in _OWN_PORTS:
        return probe
    timeout = {"timeoutSeconds": probe["timeoutSeconds"]} if probe.get("timeoutSeconds") else {}
    asked[path] = {action: found} | timeout
    rest = {name: value for name, value in probe.items() if name not in _ACTIONS}
    return {"httpGet": {"path": path, "port": STATUS_PORT}} | rest


def _number(port: Any, container: Json) -> int:
    if isinstance(port, int):
        return port
    if isinstance(port, str) and port.isdecimal():
        return int(port)
    ports = container.get("ports") or ()
    found = next((one["containerPort"] for one in ports if one.get("name") == port), None)
    if found is None:
        message = f"probes ask port {port!r}, which its ports do not name"
        raise Invalid("the pod's probes", [Fault(f"spec.containers[{container['name']}].ports", message)])
    return int(found)
