"""Webhooks that inject proxies, and which pods each takes."""

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from lateen.analysis.resource import Resource, a_map
from lateen.analysis.snapshot import Snapshot
from lateen.kinds.label_selector import LabelSelector, selects

_NAMES = "istio-sidecar-injector"
_DEFAULT = "default"


def injectors(mesh: Snapshot) -> list[Resource]:
    """Istio's configurations of webhooks, by name or by label."""
    found = mesh.of("MutatingWebhookConfiguration")
    return [one for one in found if one.name.startswith(_NAMES) or one.labels.get("app") == "sidecar-injector"]


def takes(hook: Mapping[str, Any], namespace: Mapping[str, str], pod: Mapping[str, str]) -> bool:
    """Say whether a webhook is called for a pod of such labels in a namespace of such labels."""
    return selects(_selector(hook, "namespaceSelector"), namespace) and selects(_selector(hook, "objectSelector"), pod)


def probes(*hooks: Mapping[str, Any]) -> Iterator[tuple[dict[str, str], dict[str, str]]]:
    """Yield labels of namespaces and pods that tell webhooks apart: what their selectors name, together and alone."""
    namespaces = [{}, *(_wanted(_selector(hook, "namespaceSelector")) for hook in hooks)]
    pods = [{}, *(_wanted(_selector(hook, "objectSelector")) for hook in hooks)]
    merged_namespace = {name: value for one in namespaces for name, value in one.items()}
    merged_pod = {name: value for one in pods for name, value in one.items()}
    for namespace in (*namespaces, merged_namespace):
        for pod in (*pods, merged_pod):
            yield namespace, pod


def _selector(hook: Mapping[str, Any], field: str) -> LabelSelector:
    try:
        return msgspec.convert(a_map(hook.get(field)), LabelSelector)
    except msgspec.ValidationError:
        return LabelSelector(match_labels={_DEFAULT: "unreadable"})


def _wanted(selector: LabelSelector) -> dict[str, str]:
    """Labels that a selector takes, as far as it says which."""
    listed = {
        one.key: one.values[0] if one.values else ""
        for one in selector.match_expressions
        if one.operator in ("In", "Exists")
    }
    return {**listed, **selector.match_labels}
