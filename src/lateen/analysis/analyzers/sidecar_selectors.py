"""Sidecars that select no pod (IST0101), the same pod (IST0110), or all pods more than once (IST0111)."""

from collections.abc import Iterator

from lateen.analysis.analyzer import Analyzer
from lateen.analysis.finding import Finding
from lateen.analysis.resource import Resource, a_map
from lateen.analysis.snapshot import Snapshot
from lateen.base.selectors import matches


def _analyze(mesh: Snapshot) -> Iterator[Finding]:
    selecting: dict[str, list[Resource]] = {}
    for sidecar in mesh.of("Sidecar"):
        if selector := _selector(sidecar):
            selecting.setdefault(sidecar.namespace, []).append(sidecar)
            made = any(matches(selector, labels) for _, labels in mesh.templates(sidecar.namespace))
            if not mesh.pods(selector, sidecar.namespace) and not made:
                said = ",".join(f"{name}={value}" for name, value in sorted(selector.items()))
                yield Finding("IST0101", sidecar, ("selector", said), "spec.workloadSelector")
    for namespace, sidecars in selecting.items():
        yield from _same_pods(mesh, namespace, sidecars)
    yield from _for_all(mesh)


def _same_pods(mesh: Snapshot, namespace: str, sidecars: list[Resource]) -> Iterator[Finding]:
    told: set[int] = set()
    for pod in mesh.pods({}, namespace):
        found = [sidecar for sidecar in sidecars if matches(_selector(sidecar), pod.labels)]
        for sidecar in found if len(found) > 1 else ():
            if id(sidecar) not in told:
                told.add(id(sidecar))
                names = sorted(each.name for each in found)
                yield Finding("IST0110", sidecar, (names, namespace, pod.name), "spec.workloadSelector")


def _for_all(mesh: Snapshot) -> Iterator[Finding]:
    by_namespace: dict[str, list[Resource]] = {}
    for sidecar in mesh.of("Sidecar"):
        if not _selector(sidecar):
            by_namespace.setdefault(sidecar.namespace, []).append(sidecar)
    for namespace, sidecars in by_namespace.items():
        for sidecar in sidecars if len(sidecars) > 1 else ():
            yield Finding("IST0111", sidecar, (sorted(each.name for each in sidecars), namespace))


def _selector(sidecar: Resource) -> dict[str, str]:
    return {
        name: str(value) for name, value in a_map(a_map(sidecar.spec.get("workloadSelector")).get("labels")).items()
    }


ANALYZER = Analyzer(
    "sidecar.SelectorAnalyzer", "Checks which pods Sidecars select", ("Sidecar", "Pod", "Namespace"), _analyze
)
