"""Find the ready endpoints of a service: in its EndpointSlices, in its ServiceEntry, or among workloads."""

from collections.abc import Iterable, Iterator, Mapping

from msgspec import structs

from lateen.base.refs import Key
from lateen.kinds.addresses import is_ip
from lateen.kinds.core.endpoint_slice import Endpoint as SliceEndpoint
from lateen.kinds.core.endpoint_slice import EndpointSlice
from lateen.kinds.object import Object
from lateen.registry.endpoint import Endpoint, Endpoints
from lateen.registry.machines import accepts_mesh_tls
from lateen.registry.service import Service, ServicePort, StaticEndpoint
from lateen.registry.workload import Workload

SERVICE_NAME = "kubernetes.io/service-name"
UNIX = "unix://"
NO_ENDPOINTS = Endpoints({})
# Resolutions by which endpoints are looked up by their names.
BY_NAME = ("DNS", "DNS_ROUND_ROBIN")

Found = Mapping[int, list[Endpoint]]


def of_slices(service: Service, slices: Iterable[Object], pods: Mapping[str, Workload]) -> Endpoints:
    """Gather a Kubernetes service's endpoints; `pods` are the workloads that its slices name, by pod name."""
    slices = tuple(slices)
    found = _sorted(_of_ports(service.ports, service, slices, pods))
    if not service.datagrams:
        return found
    return structs.replace(found, datagrams=_sorted(_of_ports(service.datagrams, service, slices, pods)).by_port)


def _of_ports(
    ports: Iterable[ServicePort], service: Service, slices: Iterable[Object], pods: Mapping[str, Workload]
) -> Found:
    found: dict[int, dict[tuple[str, int], Endpoint]] = {}
    for one in slices:
        kind: EndpointSlice = one.model
        for port in ports:
            number = _slice_port(kind, port)
            if number:
                ready = found.setdefault(port.number, {})
                for endpoint in _ready(kind, number, service, pods):
                    ready.setdefault((endpoint.address, endpoint.port), endpoint)
    return {port: list(ready.values()) for port, ready in found.items()}


def of_entry(service: Service, selected: Iterable[Workload]) -> Endpoints:
    """Gather the endpoints of a ServiceEntry: those written into it, or the ready workloads that it selects; found by
    DNS and without either, its own host."""
    if service.selector:
        by_name = service.resolution in BY_NAME
        chosen = [one for one in selected if one.ready and (is_reachable(one.ip) or (by_name and one.ip))]
        return _sorted({port.number: list(_of_workloads(port, chosen)) for port in service.ports})
    written = service.endpoints
    if not written and service.resolution in BY_NAME and not service.host.startswith("*"):
        written = (StaticEndpoint(address=service.host),)
    return _sorted({port.number: [_static(port, one, service) for one in written] for port in service.ports})


def together(service: Service, parts: Iterable[tuple[Service, Endpoints]]) -> Endpoints:
    """Join the endpoints of a service's declarations: what a declaration's port has, the port of that name gets."""
    found: dict[int, dict[tuple[str, int], Endpoint]] = {}
    for declared, known in parts:
        numbers = {port.name: port.number for port in declared.ports}
        for port in service.ports:
            ready = found.setdefault(port.number, {})
            for one in known.by_port.get(numbers.get(port.name, 0), ()):
                ready.setdefault((one.address, one.port), one)
    return _sorted({port: list(ready.values()) for port, ready in found.items()})


def is_reachable(address: str) -> bool:
    """Say whether an address needs no look-up: an IP, or a socket file. Envoy takes no others by EDS."""
    return address.startswith(UNIX) or is_ip(address)


def target_of(port: ServicePort, workload: Workload) -> int:
    """Return which port of a workload a service's port leads to, 0 for none."""
    if (mapped := workload.mapped.get(port.name)) is not None:
        return mapped
    if isinstance(port.target, int):
        return port.target
    named = workload.mapped if workload.kind == "WorkloadEntry" else workload.ports
    return named.get(port.target, port.number if workload.kind == "WorkloadEntry" else 0)


def pod_names(slices: Iterable[Object]) -> Iterator[str]:
    """Name the pods behind some slices."""
    for one in slices:
        for endpoint in one.model.endpoints:
            reference = endpoint.target_ref
            if reference is not None and reference.kind == "Pod" and reference.name:
                yield reference.name


def workload_endpoint(workload: Workload, address: str, port: int) -> Endpoint:
    """Make the endpoint of a workload at an address and port."""
    return Endpoint(
        address=address,
        port=0 if address.startswith(UNIX) else port,
        labels=workload.labels,
        namespace=workload.namespace,
        mesh_tls=workload.mesh_tls,
        service_account=workload.service_account,
        workload=workload.telemetry,
        weight=workload.weight,
        locality=workload.locality,
        network=workload.network,
        node=workload.node,
    )


def selects(service: Service) -> Iterator[tuple[str, str, str]]:
    """Name the bucket under which workloads find a service that selects them: one pair of its selector."""
    if service.selector:
        yield (service.namespace, *service.selector[0])


def written_at(service: Service) -> Iterator[tuple[str, str]]:
    """Name the namespace and addresses of the endpoints that are written into a service."""
    for one in service.endpoints:
        yield service.namespace, one.address


def slice_service(one: Object) -> Key:
    """Return the key of the Service that an EndpointSlice belongs to."""
    return Key(one.namespace, one.labels.get(SERVICE_NAME, ""))


def _slice_port(kind: EndpointSlice, port: ServicePort) -> int:
    """Return the number that a service's port has in this slice; ports are matched by name; 0 = none."""
    for one in kind.ports:
        if one.name == port.name and (one.protocol == "UDP") == (port.protocol == "udp"):
            return one.port or 0
    return 0


def _ready(kind: EndpointSlice, port: int, service: Service, pods: Mapping[str, Workload]) -> Iterator[Endpoint]:
    for one in kind.endpoints:
        if one.conditions.ready is False:
            continue
        pod = pods.get(_pod_name(one))
        for address in one.addresses[:1]:
            if pod is not None:
                found = workload_endpoint(pod, address, port)
            else:
                found = Endpoint(address=address, port=port, labels={}, namespace=service.namespace)
            yield structs.replace(found, hostname=one.hostname) if one.hostname else found


def _pod_name(endpoint: SliceEndpoint) -> str:
    reference = endpoint.target_ref
    return reference.name if reference is not None and reference.kind == "Pod" else ""


def _of_workloads(port: ServicePort, workloads: Iterable[Workload]) -> Iterator[Endpoint]:
    for workload in workloads:
        if number := target_of(port, workload):
            yield workload_endpoint(workload, workload.ip, number)


def _static(port: ServicePort, one: StaticEndpoint, service: Service) -> Endpoint:
    labels = dict(one.labels)
    return Endpoint(
        address=one.address,
        port=0 if one.address.startswith(UNIX) else written_port(port, one),
        labels=labels,
        namespace=service.namespace,
        mesh_tls=not service.external and accepts_mesh_tls(labels, one.service_account),
        service_account=one.service_account,
        weight=one.weight,
        locality=one.locality,
        network=one.network,
    )


def written_port(port: ServicePort, endpoint: StaticEndpoint) -> int:
    """Return which port of an endpoint a service's port leads to."""
    target = port.target if isinstance(port.target, int) else port.number
    return dict(endpoint.ports).get(port.name, target)


def _sorted(found: Found) -> Endpoints:
    by_port = {
        port: tuple(sorted(ready, key=lambda one: (one.address, one.port)))
        for port, ready in sorted(found.items())
        if ready
    }
    return Endpoints(by_port) if by_port else NO_ENDPOINTS
