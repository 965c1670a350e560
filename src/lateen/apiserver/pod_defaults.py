"""Fill in what Kubernetes fills in for a pod: what clients see in `kubectl get -o yaml`."""

from collections.abc import Callable
from typing import Any

Raw = dict[str, Any]

# https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/
_POD: Raw = {
    "restartPolicy": "Always",
    "terminationGracePeriodSeconds": 30,
    "dnsPolicy": "ClusterFirst",
    "securityContext": {},
    "schedulerName": "default-scheduler",
}
_CONTAINER: Raw = {
    "resources": {},
    "terminationMessagePath": "/dev/termination-log",
    "terminationMessagePolicy": "File",
}
_PROBE: Raw = {"timeoutSeconds": 1, "periodSeconds": 10, "successThreshold": 1, "failureThreshold": 3}
_FILE_MODE = 0o644


def default_pod_spec(spec: Raw) -> Raw:
    """Return a pod's (or a template's) spec with every default filled in; what is set stays."""
    spec = _POD | spec
    if spec.get("serviceAccountName") and not spec.get("serviceAccount"):
        spec["serviceAccount"] = spec["serviceAccountName"]
    elif spec.get("serviceAccount") and not spec.get("serviceAccountName"):
        spec["serviceAccountName"] = spec["serviceAccount"]
    for field in ("containers", "initContainers", "ephemeralContainers"):
        _each(spec, field, _container)
    _each(spec, "volumes", _volume)
    return spec


def _each(owner: Raw, field: str, change: Callable[[Raw], Raw]) -> None:
    if owner.get(field):
        owner[field] = [change(item) for item in owner[field]]


def _within(owner: Raw, field: str, change: Callable[[Raw], Raw]) -> None:
    if isinstance(owner.get(field), dict):
        owner[field] = change(owner[field])


def _container(container: Raw) -> Raw:
    container = _CONTAINER | container
    container.setdefault("imagePullPolicy", _pull_policy(container.get("image", "")))
    _each(container, "ports", lambda port: {"protocol": "TCP"} | port)
    _each(container, "env", _variable)
    for probe in ("livenessProbe", "readinessProbe", "startupProbe"):
        _within(container, probe, _probe)
    _within(container, "lifecycle", _lifecycle)
    return container


def _pull_policy(image: str) -> str:
    name = image.rpartition("/")[2]
    if "@" in name:
        return "IfNotPresent"
    return "Always" if name.partition(":")[2] in ("", "latest") else "IfNotPresent"


def _variable(variable: Raw) -> Raw:
    variable = dict(variable)
    _within(variable, "valueFrom", _source)
    return variable


def _source(source: Raw) -> Raw:
    source = dict(source)
    _within(source, "fieldRef", lambda ref: {"apiVersion": "v1"} | ref)
    return source


def _probe(probe: Raw) -> Raw:
    probe = _PROBE | probe
    _within(probe, "httpGet", _http)
    _within(probe, "grpc", lambda grpc: {"service": ""} | grpc)
    return probe


def _http(action: Raw) -> Raw:
    return {"path": "/", "scheme": "HTTP"} | action


def _lifecycle(lifecycle: Raw) -> Raw:
    lifecycle = dict(lifecycle)
    for hook in ("postStart", "preStop"):
        _within(lifecycle, hook, _hook)
    return lifecycle


def _hook(hook: Raw) -> Raw:
    hook = dict(hook)
    _within(hook, "httpGet", _http)
    return hook


def _volume(volume: Raw) -> Raw:
    volume = dict(volume)
    if volume.keys() == {"name"}:
        return volume | {"emptyDir": {}}
    for kind in ("secret", "configMap", "projected", "downwardAPI"):
        _within(volume, kind, lambda source: {"defaultMode": _FILE_MODE} | source)
    _within(volume, "hostPath", lambda source: {"type": ""} | source)
    _within(volume, "projected", _projected)
    _within(volume, "downwardAPI", _downward)
    return volume


def _projected(source: Raw) -> Raw:
    source = dict(source)
    _each(source, "sources", _projection)
    return source


def _projection(source: Raw) -> Raw:
    source = dict(source)
    _within(source, "serviceAccountToken", lambda token: {"expirationSeconds": 3600} | token)
    _within(source, "downwardAPI", _downward)
    return source


def _downward(source: Raw) -> Raw:
    source = dict(source)
    _each(source, "items", _source)
    return source


_QUANTITIES = ("cpu", "memory")


def qos_class(spec: Raw) -> str:
    """The pod's quality of service class, from its containers' requests and limits."""
    resources = [c.get("resources") or {} for field in ("containers", "initContainers") for c in spec.get(field, ())]
    if not any(part.get(side) for part in resources for side in ("requests", "limits")):
        return "BestEffort"
    return "Guaranteed" if all(map(_guaranteed, resources)) else "Burstable"


def _guaranteed(resources: Raw) -> bool:
    limits, requests = resources.get("limits") or {}, resources.get("requests") or {}
    return all(limits.get(name) and requests.get(name, limits[name]) == limits[name] for name in _QUANTITIES)
