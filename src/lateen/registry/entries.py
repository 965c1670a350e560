"""From ServiceEntries to services: one per host, those of one host in one namespace taken together."""

from collections.abc import Iterable, Iterator, Mapping

import msgspec

from lateen.kinds.networking.service_entry import ServiceEntry
from lateen.kinds.networking.workload_entry import WorkloadEntrySpec
from lateen.kinds.object import Object
from lateen.registry import protocols
from lateen.registry.allocation import NONE_ALLOCATED, Allocated
from lateen.registry.kubernetes import translated
from lateen.registry.service import Pairs, Resolution, Service, ServicePort, StaticEndpoint
from lateen.registry.visibility import export_to

_RESOLUTIONS: dict[str, Resolution] = {
    "NONE": "NONE",
    "STATIC": "EDS",
    "DNS": "DNS",
    "DNS_ROUND_ROBIN": "DNS_ROUND_ROBIN",
    "DYNAMIC_DNS": "DYNAMIC_DNS",
}


def services(
    found: Object, default_exports: tuple[str, ...], allocated: Allocated = NONE_ALLOCATED
) -> Iterator[Service]:
    """Read a ServiceEntry: one service per host. `allocated`: the addresses that its hosts were given."""
    kind: ServiceEntry = found.model
    spec = kind.spec
    shared = Service(
        host="",
        namespace=found.namespace,
        name=found.name,
        ports=tuple(_ports(kind)),
        addresses=tuple(_address(address) for address in spec.addresses),
        resolution=_RESOLUTIONS.get(spec.resolution, "NONE"),
        external=spec.location == "MESH_EXTERNAL",
        export_to=export_to(spec.export_to, found.namespace, default_exports),
        selector=_pairs(spec.workload_selector.labels if spec.workload_selector else {}),
        endpoints=tuple(_endpoint(endpoint) for endpoint in spec.endpoints),
        subject_alt_names=spec.subject_alt_names,
        translated=translated(found),
        created=found.created,
        origin=found.origin,
    )
    for host in dict.fromkeys(host.lower() for host in spec.hosts):
        yield msgspec.structs.replace(shared, host=host, allocated=allocated.get(host, ()))


def merge(declared: Iterable[Service]) -> Service:
    """Take declarations of one host and namespace together: Kubernetes' own stands as it is; of others the oldest
    counts, and the rest add ports and addresses."""
    first, *others = sorted(declared, key=lambda service: (not service.kubernetes, service.age))
    if not others or first.kubernetes:
        return first
    ports = {port.number: port for service in reversed((first, *others)) for port in service.ports}
    addresses = dict.fromkeys(address for service in (first, *others) for address in service.addresses)
    return msgspec.structs.replace(
        first,
        ports=tuple(ports[number] for number in sorted(ports)),
        addresses=tuple(addresses),
        allocated=next((one.allocated for one in (first, *others) if one.allocated), ()),
    )


def _ports(kind: ServiceEntry) -> Iterator[ServicePort]:
    for port in kind.spec.ports:
        protocol = protocols.named(port.protocol)
        if protocol != "udp":
            yield ServicePort(port.number, port.name, protocol, port.target_port or port.number)


def _address(text: str) -> str:
    """Write an address that is a block of one without its mask: it is an address."""
    address, _, bits = text.partition("/")
    return address if bits == ("128" if ":" in address else "32") else text


def _endpoint(endpoint: WorkloadEntrySpec) -> StaticEndpoint:
    return StaticEndpoint(
        address=endpoint.address,
        ports=tuple(sorted(endpoint.ports.items())),
        labels=_pairs(endpoint.labels),
        weight=endpoint.weight or 1,
        service_account=endpoint.service_account,
        locality=endpoint.locality,
        network=endpoint.network,
    )


def _pairs(labels: Mapping[str, str]) -> Pairs:
    return tuple(sorted(labels.items()))
