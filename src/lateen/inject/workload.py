"""Inject into objects of any kind: pods, and workloads whose controllers make pods of a template."""

import copy
from collections.abc import Iterable, Mapping
from typing import Any

from lateen.inject.owner import Owner
from lateen.inject.pod import inject
from lateen.inject.settings import InjectSettings

Json = dict[str, Any]

_TEMPLATE = ("spec", "template")
# Kind → where it keeps the template of its pods.
TEMPLATES: dict[str, tuple[str, ...]] = {
    "DaemonSet": _TEMPLATE,
    "Deployment": _TEMPLATE,
    "DeploymentConfig": _TEMPLATE,
    "Job": _TEMPLATE,
    "ReplicaSet": _TEMPLATE,
    "ReplicationController": _TEMPLATE,
    "StatefulSet": _TEMPLATE,
    "CronJob": ("spec", "jobTemplate", "spec", "template"),
}


def inject_object(raw: Mapping[str, Any], namespace: Mapping[str, Any], settings: InjectSettings) -> Json | None:
    """Return an object with its proxy, or a List with those of its items; None where `decide` says no, or no pods are
    made of it. Raises Invalid."""
    if raw.get("kind") == "List":
        return _inject_items(raw, namespace, settings)
    if raw.get("kind") == "Pod":
        return inject(raw, namespace, settings)
    template = template_of(raw)
    if template is None:
        return None
    injected = inject(template, namespace, settings, owner_by_template(raw))
    if injected is None:
        return None
    made = copy.deepcopy(dict(raw))
    *way, last = TEMPLATES[made["kind"]]
    place = made
    for step in way:
        place = place[step]
    place[last] = injected
    return made


def template_of(raw: Mapping[str, Any]) -> Json | None:
    """Return the template of a workload's pods; None where there is none."""
    found: Any = raw
    for step in TEMPLATES.get(raw.get("kind", ""), ("",)):
        found = found.get(step) if isinstance(found, dict) else None
    return found if isinstance(found, dict) and isinstance(found.get("spec"), dict) else None


def owner_by_template(raw: Mapping[str, Any]) -> Owner:
    """Return a workload as the owner of its pods."""
    return Owner(raw["apiVersion"], raw["kind"], (raw.get("metadata") or {}).get("name", ""))


def _inject_items(raw: Mapping[str, Any], namespace: Mapping[str, Any], settings: InjectSettings) -> Json | None:
    items: Iterable[Json] = raw.get("items") or ()
    injected = [inject_object(item, namespace, settings) for item in items]
    if not any(injected):
        return None
    return {**raw, "items": [new or old for new, old in zip(injected, items, strict=True)]}
