"""Kinds of which one object may stand for a pod, and one in a namespace for all that no other selects."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from lateen.analysis.finding import Finding
from lateen.analysis.resource import Resource, a_map, pairs
from lateen.analysis.snapshot import Snapshot
from lateen.base.selectors import matches


class Codes(NamedTuple):
    """The codes for two objects that select one pod, and for two in a namespace that select all."""

    same: str
    all: str


def analyzer_of(kind: str, field: tuple[str, str], codes: Codes) -> Callable[[Snapshot], Iterator[Finding]]:
    """Make the analysis of a kind whose selector stands in the spec at `field`, as ("selector", "matchLabels")."""

    def labels_of(one: Resource) -> dict[str, str]:
        return pairs(a_map(one.spec.get(field[0])).get(field[1]))

    def analyze(mesh: Snapshot) -> Iterator[Finding]:
        selecting: dict[str, list[tuple[Resource, dict[str, str]]]] = {}
        for one in mesh.of(kind):
            labels = labels_of(one)
            selecting.setdefault(one.namespace, []).append((one, labels))
            if labels and not _selects(mesh, one.namespace, labels):
                said = ",".join(f"{name}={value}" for name, value in sorted(labels.items()))
                yield Finding("IST0101", one, ("selector", said), f"spec.{field[0]}")
        for namespace, found in selecting.items():
            for pod, rivals in _shared(mesh, namespace, [each for each in found if each[1]]):
                for one in rivals:
                    names = sorted(each.name for each in rivals)
                    yield Finding(codes.same, one, (names, namespace, pod), f"spec.{field[0]}")
            for_all = [one for one, labels in found if not labels]
            for one in for_all if len(for_all) > 1 else ():
                yield Finding(codes.all, one, (sorted(each.name for each in for_all), namespace))

    return analyze


def _selects(mesh: Snapshot, namespace: str, labels: dict[str, str]) -> bool:
    """Whether there are such pods, or a workload that will make some."""
    made = any(matches(labels, found) for _, found in mesh.templates(namespace))
    return made or bool(mesh.pods(labels, namespace))


def _shared(
    mesh: Snapshot, namespace: str, found: list[tuple[Resource, dict[str, str]]]
) -> Iterator[tuple[str, list[Resource]]]:
    """The pods that several objects select, each set of objects once."""
    told: set[tuple[int, ...]] = set()
    for pod in mesh.pods({}, namespace):
        rivals = [one for one, labels in found if matches(labels, pod.labels)]
        key = tuple(map(id, rivals))
        if len(rivals) > 1 and key not in told:
            told.add(key)
            yield pod.name, rivals
