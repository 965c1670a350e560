"""Namespaces and pods whose injection is not said, or said twice, or did not happen (IST0102, 0103, 0123, 0148)."""

from collections.abc import Iterator

from lateen.analysis.analyzer import Analyzer
from lateen.analysis.finding import Finding
from lateen.analysis.injector import every
from lateen.analysis.resource import Resource, maps
from lateen.analysis.snapshot import Snapshot

_INJECTION, _REVISION, _MODE = "istio-injection", "istio.io/rev", "istio.io/dataplane-mode"
_INJECT = "sidecar.istio.io/inject"
_SYSTEM = frozenset({"kube-system", "kube-public", "kube-node-lease", "local-path-storage"})


def _analyze(mesh: Snapshot) -> Iterator[Finding]:
    injected = set()
    for namespace in mesh.of("Namespace"):
        if namespace.name in _SYSTEM or namespace.name == mesh.root_namespace:
            continue
        labels = namespace.labels
        if labels.get(_INJECTION) == "disabled":
            continue
        said = [name for name in (_INJECTION, _REVISION, _MODE) if name in labels]
        if len(said) > 1:
            yield Finding("IST0123", namespace, (said,), "metadata.labels", "keep one of them")
        elif not said:
            yield _silent(mesh, namespace)
        if len(said) == 1 and said[0] != _MODE:
            injected.add(namespace.name)
    for pod in mesh.of("Pod"):
        if pod.namespace in injected and not _has_proxy(pod) and not _refuses(pod):
            yield Finding("IST0103", pod, (str(pod.key),))


def _silent(mesh: Snapshot, namespace: Resource) -> Finding:
    if any(one.by_default for one in every(mesh)):
        return Finding("IST0148", namespace)
    return Finding("IST0102", namespace, (namespace.name, namespace.name), "metadata.labels")


def _has_proxy(pod: Resource) -> bool:
    containers = [*maps(pod.spec.get("containers")), *maps(pod.spec.get("initContainers"))]
    return any(each.get("name") == "istio-proxy" for each in containers)


def _refuses(pod: Resource) -> bool:
    said = pod.labels.get(_INJECT) or pod.annotations.get(_INJECT)
    return said == "false" or bool(pod.spec.get("hostNetwork"))


ANALYZER = Analyzer(
    "injection.Analyzer",
    "Checks conditions related to Istio sidecar injection",
    ("Namespace", "Pod", "ConfigMap"),
    _analyze,
)
