"""Where endpoints come from: pods, machines, and slices that name pods; found by what a service says of them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from lateen.base.refs import Key
from lateen.base.selectors import matches
from lateen.kinds.object import Object
from lateen.reactive import Collection, Engine, Index, Read
from lateen.registry import endpoints, machines
from lateen.registry.endpoint import Endpoints
from lateen.registry.place import node_locality
from lateen.registry.pods import workload
from lateen.registry.service import Service
from lateen.registry.workload import Workload
from lateen.store.store import Store

# Workloads by (namespace, label, value): each of their labels.
ByLabel = Index[tuple[str, str, str], Key, Workload]


@dataclass(frozen=True)
class Backends:
    """Pods and machines by name and by label, and slices by the service that they belong to."""

    pods: Collection[Key, Workload]
    machines: Collection[Key, Workload]
    pods_with: ByLabel
    machines_with: ByLabel
    slices: Index[Key, Key, Object]

    def endpoints(self, read: Read, declared: Service) -> Endpoints:
        """Find the ready endpoints of one declaration of a service."""
        if not declared.kubernetes:
            return endpoints.of_entry(declared, self._selected(read, declared, self.pods_with, self.machines_with))
        slices = read.find(self.slices, declared.object_key).values()
        named = {name: read.get(self.pods, Key(declared.namespace, name)) for name in endpoints.pod_names(slices)}
        found = endpoints.of_slices(declared, slices, {name: pod for name, pod in named.items() if pod})
        selected = list(self._selected(read, declared, self.machines_with))
        if not selected:
            return found
        return endpoints.together(declared, ((declared, found), (declared, endpoints.of_entry(declared, selected))))

    def _selected(self, read: Read, declared: Service, *indexes: ByLabel) -> Iterator[Workload]:
        selector = dict(declared.selector)
        for bucket in endpoints.selects(declared):
            for index in indexes:
                yield from (one for one in read.find(index, bucket).values() if matches(selector, one.labels))


def build_backends(engine: Engine, store: Store) -> Backends:
    """Build the collections and indexes over the store's objects."""
    # Apart from all else that is said of nodes: their status is written every few seconds.
    localities = engine.map("localities", store["Node"], lambda read, key, found: node_locality(found.labels) or None)

    def pod(read: Read, key: Key, found: Object) -> Workload | None:
        return workload(found, lambda node: read.get(localities, Key("", node)) or "")

    pods = engine.map("workloads", store["Pod"], pod)
    entered = engine.map("machines", store["WorkloadEntry"], lambda read, key, found: machines.machine(found))
    return Backends(
        pods=pods,
        machines=entered,
        pods_with=engine.index("pods with label", pods, lambda key, one: _labels(one)),
        machines_with=engine.index("machines with label", entered, lambda key, one: _labels(one)),
        slices=engine.index(
            "slices of service", store["EndpointSlice"], lambda key, found: (endpoints.slice_service(found),)
        ),
    )


def _labels(one: Workload) -> Iterable[tuple[str, str, str]]:
    return ((one.namespace, name, value) for name, value in one.labels.items())
