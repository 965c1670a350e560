"""Decide whether a pod gets a proxy, and say why.

The rules are those of Istio's documentation ("Automatic sidecar injection", "Canary upgrades"):
a "no" anywhere wins; the namespace's labels come before the pod's, `istio-injection` before `istio.io/rev`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lateen.inject.settings import InjectSettings
from lateen.kinds.label_selector import selects

INJECT = "sidecar.istio.io/inject"
STATUS = "sidecar.istio.io/status"
REVISION = "istio.io/rev"
NAMESPACE_INJECTION = "istio-injection"

IGNORED_NAMESPACES = frozenset({"kube-system", "kube-public", "kube-node-lease", "local-path-storage"})

_YES = frozenset({"y", "yes", "true", "on"})


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether to inject, and the reason in words for a person."""

    inject: bool
    reason: str


def decide(pod: Mapping[str, Any], namespace: Mapping[str, Any], settings: InjectSettings | None = None) -> Decision:
    """Decide for `pod` (a Pod, or a pod template with metadata and spec) in the object `namespace`."""
    settings = settings or InjectSettings()
    metadata = pod.get("metadata") or {}
    labels, annotations = metadata.get("labels") or {}, metadata.get("annotations") or {}
    refusal = _refusal(pod, namespace, labels, annotations, settings)
    if refusal:
        return Decision(False, refusal)
    return _selected(namespace, labels, settings)


def decide_anew(
    pod: Mapping[str, Any], namespace: Mapping[str, Any], settings: InjectSettings | None = None
) -> Decision:
    """Decide for `pod` as if it were new: what it has does not count."""
    metadata = pod.get("metadata") or {}
    annotations = {name: value for name, value in (metadata.get("annotations") or {}).items() if name != STATUS}
    return decide({**pod, "metadata": {**metadata, "annotations": annotations}}, namespace, settings)


def _refusal(
    pod: Mapping[str, Any],
    namespace: Mapping[str, Any],
    labels: Mapping[str, str],
    annotations: Mapping[str, str],
    settings: InjectSettings,
) -> str:
    """What forbids injection whatever the namespace says; "" when nothing does. Label before annotation."""
    name = namespace.get("metadata", {}).get("name", "")
    if name in IGNORED_NAMESPACES:
        return f"namespace {name} is never injected"
    if (pod.get("spec") or {}).get("hostNetwork"):
        return "the pod uses the host's network"
    if STATUS in annotations:
        return "the pod has its proxy already"
    source, value = ("label", labels[INJECT]) if INJECT in labels else ("annotation", annotations.get(INJECT, ""))
    if value and value.lower() not in _YES:
        return f"the pod's {source} {INJECT} is {value!r}"
    if not value and any(selects(selector, labels) for selector in settings.never):
        return "the installation's neverInjectSelector selects the pod's labels"
    return ""


def _selected(namespace: Mapping[str, Any], labels: Mapping[str, str], settings: InjectSettings) -> Decision:
    of_namespace = namespace.get("metadata", {}).get("labels") or {}
    if (injection := of_namespace.get(NAMESPACE_INJECTION)) is not None:
        return _by_injection_label(injection, "default" if settings.asked else settings.revision)
    if (revision := of_namespace.get(REVISION)) is not None:
        return _by_revision("namespace", revision, revision if settings.asked else settings.revision)
    if (revision := labels.get(REVISION)) is not None:
        return _by_revision("pod", revision, revision if settings.asked else settings.revision)
    if labels.get(INJECT, "").lower() in _YES:
        if settings.asked or settings.revision == "default":
            return Decision(True, f"the pod's label {INJECT} is {labels[INJECT]!r}")
        return Decision(False, f"the pod names no revision, and this one is {settings.revision!r}")
    if settings.enable_namespaces_by_default:
        return Decision(True, "every namespace is injected by default")
    return Decision(False, f"neither the namespace nor the pod asks for it (label {NAMESPACE_INJECTION} or {REVISION})")


def _by_injection_label(value: str, revision: str) -> Decision:
    if value != "enabled":
        return Decision(False, f"the namespace's label {NAMESPACE_INJECTION} is {value!r}")
    if revision != "default":
        return Decision(
            False, f"{NAMESPACE_INJECTION}=enabled selects revision 'default', and this one is {revision!r}"
        )
    return Decision(True, f"the namespace's label {NAMESPACE_INJECTION} is 'enabled'")


def _by_revision(where: str, wanted: str, revision: str) -> Decision:
    reason = f"the {where}'s label {REVISION} is {wanted!r}"
    return Decision(wanted == revision, reason if wanted == revision else f"{reason}, and this one is {revision!r}")
