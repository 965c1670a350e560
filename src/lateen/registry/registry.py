"""The registry's collections: what there is in the mesh, from the store's objects."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from lateen.base.refs import Key
from lateen.kinds.mesh_config import parse_mesh_config
from lateen.kinds.object import Object
from lateen.reactive import Collection, Engine, Index, Read
from lateen.reactive.gather import group, union
from lateen.registry import endpoints, entries, kubernetes, pods
from lateen.registry.endpoint import Endpoints
from lateen.registry.mesh import DEFAULT_MESH, Mesh, mesh_settings
from lateen.registry.service import Service, ServiceKey
from lateen.registry.workload import Workload
from lateen.store.store import Store


@dataclass(frozen=True)
class Registry:
    """`mesh` has one row, `default.config_map`, when the ConfigMap is there. `hosts`: a host's declarations in all
    namespaces, Kubernetes' own first, then the oldest. `services_selecting`: by (namespace, label, value),
    see `endpoints.selects`."""

    mesh: Collection[Key, Mesh]
    default: Mesh
    workloads: Collection[Key, Workload]
    services: Collection[ServiceKey, Service]
    endpoints: Collection[ServiceKey, Endpoints]
    hosts: Collection[str, tuple[Service, ...]]
    services_selecting: Index[tuple[str, str, str], ServiceKey, Service]
    services_in: Index[str, ServiceKey, Service]
    aliases_of: Index[str, ServiceKey, Service]

    def settings(self, read: Read) -> Mesh:
        """Return the mesh's settings, the defaults where there are none."""
        return read.get(self.mesh, self.default.config_map) or self.default

    def selecting(self, read: Read, namespace: str, labels: Mapping[str, str]) -> Iterator[Service]:
        """Find the services whose selector holds for these labels, the oldest first."""
        wanted = set(labels.items())
        found = (
            service
            for name, value in labels.items()
            for service in read.find(self.services_selecting, (namespace, name, value)).values()
            if wanted.issuperset(service.selector)
        )
        return iter(sorted(found, key=lambda service: service.age))


def build_registry(engine: Engine, store: Store, default: Mesh = DEFAULT_MESH) -> Registry:
    """Build the registry's collections over the store's. `default`: the mesh's settings where the ConfigMap is
    silent."""

    def settings(read: Read, key: Key, found: Object) -> Mesh | None:
        if key != default.config_map:
            return None
        return mesh_settings(parse_mesh_config(found.model.data.get("mesh", ""), f"ConfigMap {key}"), default)

    mesh = engine.map("mesh", store["ConfigMap"], settings)
    workloads = engine.map("workloads", store["Pod"], lambda read, key, found: pods.workload(found))
    services = _services(engine, store, mesh, default)
    of_host = engine.index("services of host", services, lambda key, service: (service.host,))
    return Registry(
        mesh=mesh,
        default=default,
        workloads=workloads,
        services=services,
        endpoints=_endpoints(engine, store, services, workloads),
        hosts=group(engine, "hosts", of_host, _declarations),
        services_selecting=engine.index(
            "services selecting", services, lambda key, service: endpoints.selects(service)
        ),
        services_in=engine.index("services in namespace", services, lambda key, _: (key.namespace,)),
        aliases_of=engine.index("aliases of host", services, lambda key, one: (one.alias_of,) if one.alias_of else ()),
    )


def _declarations(read: Read, host: str, rows: Mapping[ServiceKey, Service]) -> tuple[Service, ...]:
    return tuple(sorted(rows.values(), key=lambda service: (not service.kubernetes, service.age)))


def _services(
    engine: Engine, store: Store, mesh: Collection[Key, Mesh], default: Mesh
) -> Collection[ServiceKey, Service]:
    def exports(read: Read) -> tuple[str, ...]:
        return (read.get(mesh, default.config_map) or default).service_exports

    def of_kubernetes(read: Read, key: Key, found: Object) -> Iterator[tuple[ServiceKey, Service]]:
        service = kubernetes.service(found, exports(read))
        yield service.key, service

    def of_entry(read: Read, key: Key, found: Object) -> Iterator[tuple[tuple[str, str, str], Service]]:
        for service in entries.services(found, exports(read)):
            yield (service.host, service.namespace, service.name), service

    kubernetes_services = engine.flat_map("kubernetes services", store["Service"], of_kubernetes)
    declared = engine.flat_map("service entries", store["ServiceEntry"], of_entry)
    by_key = engine.index("service entries of host", declared, lambda key, service: (service.key,))
    merged = group(engine, "external services", by_key, lambda read, key, rows: entries.merge(rows.values()))
    return union(engine, "services", kubernetes_services, merged)


def _endpoints(
    engine: Engine,
    store: Store,
    services: Collection[ServiceKey, Service],
    workloads: Collection[Key, Workload],
) -> Collection[ServiceKey, Endpoints]:
    slices = engine.index(
        "slices of service", store["EndpointSlice"], lambda key, found: (endpoints.slice_service(found),)
    )
    pods_in = engine.index("pods in namespace", workloads, lambda key, pod: (key.namespace,))

    def find(read: Read, key: ServiceKey, service: Service) -> Endpoints:
        if not service.kubernetes:
            known = read.find(pods_in, service.namespace).values() if service.selector else ()
            return endpoints.of_entry(service, known)
        found = read.find(slices, service.object_key).values()
        named = {name: read.get(workloads, Key(service.namespace, name)) for name in endpoints.pod_names(found)}
        return endpoints.of_slices(service, found, {name: pod for name, pod in named.items() if pod})

    return engine.map("service endpoints", services, find)
