"""Kubernetes' own settings of a component, laid over its objects: `components.….k8s` of an IstioOperator.

https://istio.io/latest/docs/setup/additional-setup/customize-installation/#customize-kubernetes-settings
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from lateen.base.errors import Fault
from lateen.install.overlays import overlaid, overlay_faults
from lateen.kinds.suggestion import did_you_mean

Raw = dict[str, Any]

_POD = ("nodeSelector", "affinity", "tolerations", "priorityClassName", "securityContext")
_CONTAINER = ("resources", "imagePullPolicy", "readinessProbe")
# Lists that are joined: by what their items are told apart.
_OF_POD, _OF_CONTAINER = {"volumes": "name"}, {"env": "name", "volumeMounts": "mountPath"}
_SPECS = {"Service": "service", "HorizontalPodAutoscaler": "hpaSpec", "PodDisruptionBudget": "podDisruptionBudget"}
NAMES = (*_POD, *_CONTAINER, *_OF_POD, *_OF_CONTAINER, *_SPECS.values(), "replicaCount", "strategy", "podAnnotations",
         "serviceAnnotations", "overlays")  # fmt: skip


def k8s_faults(k8s: Mapping[str, Any], path: str) -> Iterator[Fault]:
    """Yield what is not a setting."""
    for name in k8s:
        if name not in NAMES:
            fix = did_you_mean(name, NAMES) or f"there are {', '.join(sorted(NAMES))}"
            yield Fault(f"{path}.{name}", "there is no such setting", fix)
    yield from overlay_faults(k8s.get("overlays") or (), f"{path}.overlays")


def customized(objects: Iterable[Raw], k8s: Mapping[str, Any] | None) -> Iterator[Raw]:
    """Yield the objects of one component with its settings."""
    k8s = k8s or {}
    objects = list(objects)
    scaled = any(raw["kind"] == "HorizontalPodAutoscaler" for raw in objects)
    for raw in objects:
        if raw["kind"] == "Deployment":
            raw = _deployment(raw, k8s, scaled)
        elif field := _SPECS.get(raw["kind"]):
            raw = raw | {"spec": raw["spec"] | (k8s.get(field) or {})}
        if raw["kind"] == "Service":
            raw = _annotated(raw, k8s.get("serviceAnnotations"))
        yield overlaid(raw, k8s.get("overlays") or ())


def _deployment(raw: Raw, k8s: Mapping[str, Any], scaled: bool) -> Raw:
    """An autoscaler's Deployment says no replicas: both would write them in turn."""
    template = _annotated(raw["spec"]["template"], k8s.get("podAnnotations"))
    pod = template["spec"]
    first, *others = pod["containers"]
    first = first | _said(k8s, _CONTAINER) | _joined(first, k8s, _OF_CONTAINER)
    pod = pod | _said(k8s, _POD) | _joined(pod, k8s, _OF_POD) | {"containers": [first, *others]}
    replicas = {"replicas": k8s["replicaCount"]} if k8s.get("replicaCount") and not scaled else {}
    spec = raw["spec"] | replicas | _said(k8s, ("strategy",)) | {"template": template | {"spec": pod}}
    return raw | {"spec": spec}


def _said(k8s: Mapping[str, Any], names: Iterable[str]) -> Raw:
    return {name: k8s[name] for name in names if name in k8s}


def _joined(raw: Mapping[str, Any], k8s: Mapping[str, Any], lists: Mapping[str, str]) -> Raw:
    """Lists with what is said of them: of two items of one name, the one that is said."""
    return {
        name: [*{one[key]: one for one in (*(raw.get(name) or ()), *k8s[name])}.values()]
        for name, key in lists.items()
        if k8s.get(name)
    }


def _annotated(raw: Raw, annotations: Mapping[str, str] | None) -> Raw:
    if not annotations:
        return raw
    meta = raw["metadata"]
    return raw | {"metadata": meta | {"annotations": {**(meta.get("annotations") or {}), **annotations}}}
