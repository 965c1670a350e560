"""The registry's collections: what there is in the mesh, from the store's objects."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from msgspec import structs

from lateen.base.refs import Key
from lateen.kinds.mesh_config import parse_mesh_config
from lateen.kinds.object import Object
from lateen.reactive import Collection, Engine, Index, Read
from lateen.reactive.gather import group, union
from lateen.registry import endpoints, entries, kubernetes
from lateen.registry.allocation import usable
from lateen.registry.backends import Backends, build_backends
from lateen.registry.endpoint import Endpoints
from lateen.registry.mesh import DEFAULT_MESH, Mesh, mesh_settings
from lateen.registry.ownership import claims, foreign_hosts
from lateen.registry.service import DeclarationKey, Service, ServiceKey, ServicePort
from lateen.registry.workload import Workload
from lateen.store.store import Store

Declarations = Collection[DeclarationKey, Service]


@dataclass(frozen=True)
class Registry:
    """`mesh` has one row, `default.config_map`, when the ConfigMap is there. `workloads`: pods, and machines where no
    pod has their name. `hosts`: a host's services in all namespaces, Kubernetes' own first, then the oldest.
    `selecting`: declarations by (namespace, label, value), see `endpoints.selects`. `written_at`: by (namespace,
    address) of an endpoint written into them."""

    mesh: Collection[Key, Mesh]
    default: Mesh
    workloads: Collection[Key, Workload]
    services: Collection[ServiceKey, Service]
    endpoints: Collection[ServiceKey, Endpoints]
    hosts: Collection[str, tuple[Service, ...]]
    selecting: Index[tuple[str, str, str], DeclarationKey, Service]
    written_at: Index[tuple[str, str], DeclarationKey, Service]
    declared_in: Index[str, DeclarationKey, Service]
    aliases_of: Index[str, ServiceKey, Service]

    def settings(self, read: Read) -> Mesh:
        """Return the mesh's settings, the defaults where there are none."""
        return read.get(self.mesh, self.default.config_map) or self.default

    def leading(self, read: Read, workload: Workload) -> Iterator[tuple[Service, ServicePort, int]]:
        """Find which ports of which services lead to a workload, the oldest service first, and to which of its
        ports: services of its namespace that select it, or that its address is written into. Ports of UDP come among
        them."""
        found = dict(self._selecting(read, workload))
        at = read.find(self.written_at, (workload.namespace, workload.ip)) if workload.ip else {}
        for service in sorted((found | dict(at)).values(), key=lambda service: service.age):
            for port in (*service.ports, *service.datagrams):
                for number in _numbers(service, port, workload, service.declaration in found):
                    yield service, port, number

    def _selecting(self, read: Read, workload: Workload) -> Iterator[tuple[DeclarationKey, Service]]:
        wanted = set(workload.labels.items())
        for pair in workload.labels.items():
            for key, service in read.find(self.selecting, (workload.namespace, *pair)).items():
                if wanted.issuperset(service.selector):
                    yield key, service


def _numbers(service: Service, port: ServicePort, workload: Workload, selected: bool) -> Iterator[int]:
    found = [endpoints.target_of(port, workload)] if selected else []
    found += [endpoints.written_port(port, one) for one in service.endpoints if one.address == workload.ip]
    return (number for number in dict.fromkeys(found) if number)


def build_registry(engine: Engine, store: Store, default: Mesh = DEFAULT_MESH) -> Registry:
    """Build the registry's collections over the store's. `default`: the mesh's settings where the ConfigMap is
    silent."""

    def settings(read: Read, key: Key, found: Object) -> Mesh | None:
        if key != default.config_map:
            return None
        return mesh_settings(parse_mesh_config(found.model.data.get("mesh", ""), f"ConfigMap {key}"), default)

    mesh = engine.map("mesh", store["ConfigMap"], settings)
    backends = build_backends(engine, store)
    declared = _declarations(engine, store, mesh, default)
    of_service = engine.index("declarations of service", declared, lambda key, service: (service.key,))
    services = group(engine, "services", of_service, lambda read, key, rows: entries.merge(rows.values()))
    of_host = engine.index("services of host", services, lambda key, service: (service.host,))
    return Registry(
        mesh=mesh,
        default=default,
        workloads=union(engine, "proxied workloads", backends.pods, backends.machines),
        services=services,
        endpoints=engine.map("service endpoints", services, _joined(of_service, backends)),
        hosts=group(engine, "hosts", of_host, _known_as),
        selecting=engine.index("services selecting", declared, lambda key, service: endpoints.selects(service)),
        written_at=engine.index("services written at", declared, lambda key, service: endpoints.written_at(service)),
        declared_in=engine.index("services in namespace", declared, lambda key, _: (key.namespace,)),
        aliases_of=engine.index("aliases of host", services, lambda key, one: (one.alias_of,) if one.alias_of else ()),
    )


def _known_as(read: Read, host: str, rows: Mapping[ServiceKey, Service]) -> tuple[Service, ...]:
    return tuple(sorted(rows.values(), key=lambda service: (not service.kubernetes, service.age)))


def _declarations(engine: Engine, store: Store, mesh: Collection[Key, Mesh], default: Mesh) -> Declarations:
    def settings(read: Read) -> Mesh:
        return read.get(mesh, default.config_map) or default

    def of_kubernetes(read: Read, key: Key, found: Object) -> Iterator[tuple[DeclarationKey, Service]]:
        service = kubernetes.service(found, settings(read).service_exports)
        yield service.declaration, service

    def of_entry(read: Read, key: Key, found: Object) -> Iterator[tuple[DeclarationKey, Service]]:
        said = read.get(store.addresses, key) or found.model.status.addresses
        for service in entries.services(found, settings(read).service_exports, usable(found, said)):
            if foreign_hosts(read, settings(read), store["Namespace"], claims(service), service.namespace):
                own = (service.namespace,) if service.visible_to(service.namespace) else ()
                service = structs.replace(service, export_to=own)
            yield service.declaration, service

    return union(
        engine,
        "declarations",
        engine.flat_map("kubernetes services", store["Service"], of_kubernetes),
        engine.flat_map("service entries", store["ServiceEntry"], of_entry),
    )


def _joined(
    of_service: Index[ServiceKey, DeclarationKey, Service], backends: Backends
) -> Callable[[Read, ServiceKey, Service], Endpoints]:
    def join(read: Read, key: ServiceKey, service: Service) -> Endpoints:
        declared = read.find(of_service, key)
        if len(declared) == 1:
            return backends.endpoints(read, service)
        return endpoints.together(service, ((one, backends.endpoints(read, one)) for one in declared.values()))

    return join
