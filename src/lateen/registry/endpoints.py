"""Find the ready endpoints of a service: in its EndpointSlices, in its ServiceEntry, or among pods."""

from collections.abc import Iterable, Iterator, Mapping

from lateen.base.refs import Key
from lateen.base.selectors import matches
from lateen.kinds.core.endpoint_slice import Endpoint as SliceEndpoint
from lateen.kinds.core.endpoint_slice import EndpointSlice
from lateen.kinds.object import Object
from lateen.registry.endpoint import Endpoint, Endpoints
from lateen.registry.pods import TLS_MODE
from lateen.registry.service import Service, ServicePort, StaticEndpoint
from lateen.registry.workload import Workload

SERVICE_NAME = "kubernetes.io/service-name"
NO_ENDPOINTS = Endpoints({})

Found = Mapping[int, list[Endpoint]]


def of_slices(service: Service, slices: Iterable[Object], pods: Mapping[str, Workload]) -> Endpoints:
    """Gather a Kubernetes service's endpoints; `pods` are the workloads that its slices name, by pod name."""
    found: dict[int, dict[tuple[str, int], Endpoint]] = {}
    for one in slices:
        kind: EndpointSlice = one.model
        for port in service.ports:
            number = _slice_port(kind, port)
            if number:
                ready = found.setdefault(port.number, {})
                for endpoint in _ready(kind, number, service, pods):
                    ready.setdefault((endpoint.address, endpoint.port), endpoint)
    return _sorted({port: list(ready.values()) for port, ready in found.items()})


def of_entry(service: Service, pods: Iterable[Workload]) -> Endpoints:
    """Gather a ServiceEntry's endpoints: those written into it, or ready pods that it selects."""
    if service.selector:
        selector = dict(service.selector)
        chosen = [pod for pod in pods if pod.ready and pod.ip and matches(selector, pod.labels)]
        return _sorted({port.number: list(_of_pods(port, chosen)) for port in service.ports})
    return _sorted({port.number: [_static(port, one, service) for one in service.endpoints] for port in service.ports})


def pod_names(slices: Iterable[Object]) -> Iterator[str]:
    """Name the pods behind some slices."""
    for one in slices:
        for endpoint in one.model.endpoints:
            reference = endpoint.target_ref
            if reference is not None and reference.kind == "Pod" and reference.name:
                yield reference.name


def pod_endpoint(pod: Workload, address: str, port: int, weight: int = 1) -> Endpoint:
    """Make the endpoint of a pod at an address and container port."""
    return Endpoint(
        address=address,
        port=port,
        labels=pod.labels,
        namespace=pod.namespace,
        mesh_tls=pod.mesh_tls,
        service_account=pod.service_account,
        workload=pod.telemetry,
        weight=weight,
    )


def selects(service: Service) -> Iterator[tuple[str, str, str]]:
    """Name the bucket under which workloads find a service that selects them: one pair of its selector."""
    if service.selector:
        yield (service.namespace, *service.selector[0])


def slice_service(one: Object) -> Key:
    """Return the key of the Service that an EndpointSlice belongs to."""
    return Key(one.namespace, one.labels.get(SERVICE_NAME, ""))


def _slice_port(kind: EndpointSlice, port: ServicePort) -> int:
    """Return the number that a service's port has in this slice; ports are matched by name; 0 = none."""
    for one in kind.ports:
        if one.name == port.name and one.protocol == "TCP":
            return one.port or 0
    return 0


def _ready(kind: EndpointSlice, port: int, service: Service, pods: Mapping[str, Workload]) -> Iterator[Endpoint]:
    for one in kind.endpoints:
        if one.conditions.ready is False:
            continue
        pod = pods.get(_pod_name(one))
        for address in one.addresses[:1]:
            if pod is not None:
                yield pod_endpoint(pod, address, port)
            else:
                yield Endpoint(address=address, port=port, labels={}, namespace=service.namespace)


def _pod_name(endpoint: SliceEndpoint) -> str:
    reference = endpoint.target_ref
    return reference.name if reference is not None and reference.kind == "Pod" else ""


def _of_pods(port: ServicePort, pods: Iterable[Workload]) -> Iterator[Endpoint]:
    for pod in pods:
        number = pod.ports.get(port.target) if isinstance(port.target, str) else port.target
        if number:
            yield pod_endpoint(pod, pod.ip, number)


def _static(port: ServicePort, one: StaticEndpoint, service: Service) -> Endpoint:
    labels = dict(one.labels)
    target = port.target if isinstance(port.target, int) else port.number
    return Endpoint(
        address=one.address,
        port=dict(one.ports).get(port.name, target),
        labels=labels,
        namespace=service.namespace,
        mesh_tls=not service.external and labels.get(TLS_MODE) == "istio",
        service_account=one.service_account,
        weight=one.weight,
    )


def _sorted(found: Found) -> Endpoints:
    by_port = {
        port: tuple(sorted(ready, key=lambda one: (one.address, one.port)))
        for port, ready in sorted(found.items())
        if ready
    }
    return Endpoints(by_port) if by_port else NO_ENDPOINTS
