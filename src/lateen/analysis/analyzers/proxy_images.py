"""Proxies of another image than the one that is injected (IST0158), and images that injection was to fill in
(IST0146, IST0147)."""

from collections.abc import Iterator
from typing import Any

from lateen.analysis.analyzer import Analyzer
from lateen.analysis.finding import Finding
from lateen.analysis.injector import of_revision
from lateen.analysis.resource import Resource, a_map, maps, pairs
from lateen.analysis.snapshot import Snapshot
from lateen.analysis.webhook import injectors, takes

_PROXY, _IMAGE = "istio-proxy", "sidecar.istio.io/proxyImage"
_INJECTION, _REVISION, _INJECT = "istio-injection", "istio.io/rev", "sidecar.istio.io/inject"
_VARIANTS = ("-distroless", "-debug")


def _mismatches(mesh: Snapshot) -> Iterator[Finding]:
    for namespace in mesh.of("Namespace"):
        labels = namespace.labels
        revision = "" if labels.get(_INJECTION) == "enabled" else labels.get(_REVISION)
        injector = None if revision is None else of_revision(mesh, revision)
        if injector is None or not injector.image:
            continue
        others = [pod.name for pod in mesh.pods({}, namespace.name) if _differs(pod, injector.image)]
        if others:
            fix = "restart the workloads: kubectl rollout restart deployment -n " + namespace.name
            yield Finding("IST0158", namespace, (others,), "", fix)


def _differs(pod: Resource, image: str) -> bool:
    if _IMAGE in pod.annotations or "false" in (pod.labels.get(_INJECT), pod.annotations.get(_INJECT)):
        return False
    found = _proxy(pod.spec)
    return found is not None and _plain(str(found.get("image") or "")) != _plain(image)


def _plain(image: str) -> str:
    """The image whatever its variant is, which a ProxyConfig may choose."""
    for variant in _VARIANTS:
        image = image.removesuffix(variant)
    return image


def _proxy(spec: dict[str, Any]) -> dict[str, Any] | None:
    every = [*maps(spec.get("containers")), *maps(spec.get("initContainers"))]
    return next((each for each in every if each.get("name") == _PROXY), None)


def _automatic(mesh: Snapshot) -> Iterator[Finding]:
    hooks = [hook for one in injectors(mesh) for hook in maps(one.raw.get("webhooks"))]
    for one in mesh.of("Pod"):
        if _is_auto(one.spec):
            yield Finding("IST0147", one, ("Pod", one.name), "", "delete it, and make it again where it is injected")
    for one in mesh.of("Deployment"):
        template = a_map(one.spec.get("template"))
        labels = pairs(a_map(template.get("metadata")).get("labels"))
        namespace = mesh.get("Namespace", "", one.namespace)
        around = {"kubernetes.io/metadata.name": one.namespace, **(namespace.labels if namespace else {})}
        if _is_auto(a_map(template.get("spec"))) and not any(takes(hook, around, labels) for hook in hooks):
            fix = f"label the namespace {_INJECTION}=enabled, or the pods {_INJECT}=true"
            yield Finding("IST0146", one, ("Deployment", one.name), "spec.template.spec", fix)


def _is_auto(spec: dict[str, Any]) -> bool:
    found = _proxy(spec)
    return found is not None and found.get("image") == "auto"


ANALYZER = Analyzer(
    "injection.ImageAnalyzer",
    "Checks the image of auto-injection configured with the running proxies on pods",
    ("Namespace", "Pod", "ConfigMap"),
    _mismatches,
)
AUTOMATIC = Analyzer(
    "injection.ImageAutoAnalyzer",
    "Makes sure that Pods and Deployments with `image: auto` are going to be injected",
    ("Namespace", "Pod", "Deployment", "MutatingWebhookConfiguration"),
    _automatic,
)
