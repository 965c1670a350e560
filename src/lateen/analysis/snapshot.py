"""All objects of a mesh at one moment, and what analyzers ask of them."""

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property

from lateen.analysis.known_host import Hosts
from lateen.analysis.resource import Raw, Resource, a_map
from lateen.base.refs import Key
from lateen.base.selectors import matches

# What stands in a mesh before anything is applied.
_TEMPLATES = ("Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "ReplicationController", "Job")


class Snapshot:
    """The objects, later ones in the place of earlier ones of the same name. `mesh`: the mesh's settings as written."""

    def __init__(self, resources: Iterable[Resource], mesh: Raw | None = None) -> None:
        self._all = {(each.kind, each.group, each.key): each for each in resources}
        self.mesh: Raw = mesh or {}
        self._by_kind: dict[str, list[Resource]] = {}
        for each in self._all.values():
            self._by_kind.setdefault(each.kind, []).append(each)

    def __iter__(self) -> Iterator[Resource]:
        return iter(self._all.values())

    def of(self, kind: str) -> list[Resource]:
        """The objects of a kind."""
        return self._by_kind.get(kind, [])

    def get(self, kind: str, namespace: str, name: str) -> Resource | None:
        """One object, None where there is none."""
        return next((each for each in self.of(kind) if each.key == Key(namespace, name)), None)

    @property
    def root_namespace(self) -> str:
        """Where what is meant for the whole mesh stands."""
        return str(self.mesh.get("rootNamespace") or "istio-system")

    @cached_property
    def hosts(self) -> Hosts:
        """The hosts that Services and ServiceEntries declare."""
        return Hosts(self.of("Service"), self.of("ServiceEntry"))

    def pods(self, selector: Mapping[str, str], namespace: str | None = None) -> list[Resource]:
        """The pods that a selector selects, in a namespace or (None) in all."""
        return [
            each for each in self.of("Pod") if namespace in (None, each.namespace) and matches(selector, each.labels)
        ]

    def templates(self, namespace: str | None = None) -> Iterator[tuple[Resource, Mapping[str, str]]]:
        """The workloads that make pods, each with the labels of its pods."""
        for kind in _TEMPLATES:
            for each in self.of(kind):
                if namespace in (None, each.namespace):
                    labels = a_map(a_map(a_map(each.spec.get("template")).get("metadata")).get("labels"))
                    yield each, {str(name): str(value) for name, value in labels.items()}
