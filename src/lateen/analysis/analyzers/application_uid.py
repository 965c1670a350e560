"""Applications that run as the proxy's user, whose traffic nobody captures (IST0144)."""

from collections.abc import Iterator
from typing import Any

from lateen.analysis.analyzer import Analyzer
from lateen.analysis.finding import Finding
from lateen.analysis.resource import Resource, a_map, maps
from lateen.analysis.snapshot import Snapshot
from lateen.inject.decision import INJECT

_UID = 1337
_PROXY = "istio-proxy"


def _analyze(mesh: Snapshot) -> Iterator[Finding]:
    for pod in mesh.of("Pod"):
        yield from _pod(pod, pod.spec, "spec")
    for workload in mesh.of("Deployment"):
        yield from _pod(workload, a_map(a_map(workload.spec.get("template")).get("spec")), "spec.template.spec")


def _pod(one: Resource, spec: dict[str, Any], path: str) -> Iterator[Finding]:
    if one.labels.get(INJECT) == "false":
        return  # without a proxy its user is its own affair
    applications = [each for each in maps(spec.get("containers")) if each.get("name") != _PROXY]
    users = [a_map(each.get("securityContext")).get("runAsUser") for each in (spec, *applications)]
    if _UID in users:
        yield Finding("IST0144", one, (), f"{path}.securityContext", "run it as another user")


ANALYZER = Analyzer("applicationUID.Analyzer", "Checks invalid application UID", ("Pod", "Deployment"), _analyze)
