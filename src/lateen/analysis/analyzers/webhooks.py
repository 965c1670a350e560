"""Webhooks that cannot be reached, or of which two take the same pod (IST0139)."""

from collections.abc import Iterator
from typing import Any

from lateen.analysis.analyzer import Analyzer
from lateen.analysis.finding import Finding
from lateen.analysis.resource import Resource, a_map, numbered
from lateen.analysis.snapshot import Snapshot
from lateen.analysis.webhook import injectors, probes, takes


def _analyze(mesh: Snapshot) -> Iterator[Finding]:
    hooks = [
        (one, path, hook) for one in injectors(mesh) for path, hook in numbered(one.raw.get("webhooks"), "webhooks")
    ]
    for one, path, hook in hooks:
        yield from _unreachable(mesh, one, path, hook)
    for index, (one, path, hook) in enumerate(hooks):
        rivals = [other.name for other, _, rival in hooks[:index] + hooks[index + 1 :] if _both(hook, rival)]
        if rivals:
            said = f"Webhook overlaps with others: {sorted(set(rivals))}. This may cause injection to occur twice."
            yield Finding("IST0139", one, (said,), path, "let their selectors take different pods")


def _unreachable(mesh: Snapshot, one: Resource, path: str, hook: dict[str, Any]) -> Iterator[Finding]:
    service = a_map(a_map(hook.get("clientConfig")).get("service"))
    namespace, name = str(service.get("namespace") or ""), str(service.get("name") or "")
    if service and mesh.get("Service", namespace, name) is None:
        said = f"Injector refers to a control plane service that does not exist: {namespace}/{name}."
        yield Finding("IST0139", one, (said,), f"{path}.clientConfig.service", "delete the webhook, or mend the name")


def _both(hook: dict[str, Any], rival: dict[str, Any]) -> bool:
    """Whether there is a pod that both take, of those that people make to be injected, or not to be."""
    return any(takes(hook, *probe) and takes(rival, *probe) for probe in probes(hook, rival))


ANALYZER = Analyzer(
    "webhook.Analyzer",
    "Checks the validity of Istio webhooks",
    ("MutatingWebhookConfiguration", "Service"),
    _analyze,
)
