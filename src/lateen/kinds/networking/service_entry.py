"""ServiceEntry: a service that Kubernetes does not know, made known to the mesh.

https://istio.io/latest/docs/reference/config/networking/service-entry/
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Annotated, ClassVar, Literal

from msgspec import Meta

from lateen.base.errors import Fault
from lateen.kinds.addresses import cidr_faults, is_ip
from lateen.kinds.export_to import export_faults
from lateen.kinds.hosts import host_faults
from lateen.kinds.istio_status import IstioStatus
from lateen.kinds.label_selector import LabelsSelector, selector_faults
from lateen.kinds.meta import ObjectMeta
from lateen.kinds.model import Model, OpenModel, Port
from lateen.kinds.names import is_any_case_label
from lateen.kinds.networking.workload_entry import ReachableWorkload, entry_faults
from lateen.kinds.numbers import port_faults
from lateen.kinds.paths import join
from lateen.kinds.protocols import protocol_faults
from lateen.kinds.schema_rules import CelRule, keyed_by, only_one_of, stating
from lateen.kinds.spec import AGE, Column, KindSpec
from lateen.kinds.suggestion import did_you_mean

Resolution = Literal["NONE", "STATIC", "DNS", "DNS_ROUND_ROBIN", "DYNAMIC_DNS"]


class ServicePort(Model, frozen=True, kw_only=True):
    """`protocol`: in any case, "" = told by sniffing. `target_port` 0 = the same as `number`."""

    number: Port
    name: Annotated[str, Meta(max_length=256)]
    protocol: Annotated[str, Meta(max_length=256)] = ""
    target_port: Port = 0


_Host = Annotated[str, Meta(extra_json_schema=stating(CelRule('self != "*"', "hostname cannot be wildcard")))]
_PORTS = stating(
    CelRule("self.all(port, self.exists_one(other, other.number == port.number))", "port number cannot be duplicated"),
    **keyed_by("name"),
)


class ServiceEntrySpec(Model, frozen=True, kw_only=True):
    """`addresses`: virtual IPs or CIDR blocks that clients connect to; none = by host name."""

    schema_rules: ClassVar = (
        only_one_of("workloadSelector", "endpoints"),
        CelRule(
            '!has(self.addresses) || !has(self.resolution) || self.resolution in ["NONE", "STATIC"] || '
            'self.addresses.all(address, !address.contains("/"))',
            "CIDR addresses are allowed only for NONE/STATIC resolution types",
        ),
        CelRule(
            '(has(self.resolution) && self.resolution != "NONE") || !has(self.endpoints)',
            "NONE mode cannot set endpoints",
        ),
        CelRule(
            'has(self.resolution) && self.resolution == "DNS_ROUND_ROBIN" && has(self.endpoints) ? '
            "self.endpoints.size() <= 1 : true",
            "DNS_ROUND_ROBIN mode cannot have multiple endpoints",
        ),
    )

    hosts: Annotated[tuple[_Host, ...], Meta(min_length=1, max_length=256)]
    addresses: Annotated[tuple[Annotated[str, Meta(max_length=64)], ...], Meta(max_length=256)] = ()
    ports: Annotated[tuple[ServicePort, ...], Meta(max_length=256, extra_json_schema=_PORTS)] = ()
    location: Literal["MESH_EXTERNAL", "MESH_INTERNAL"] = "MESH_EXTERNAL"
    resolution: Resolution = "NONE"
    endpoints: Annotated[tuple[ReachableWorkload, ...], Meta(max_length=4096)] = ()
    workload_selector: LabelsSelector | None = None
    export_to: tuple[str, ...] = ()
    subject_alt_names: tuple[str, ...] = ()


class AllocatedAddress(OpenModel, frozen=True, kw_only=True):
    """An address that was chosen for a host; there are two of a host, one of each family."""

    value: str = ""
    host: str = ""


class ServiceEntryStatus(IstioStatus, frozen=True, kw_only=True):
    """`addresses`: by which captured clients reach hosts that have none of their own."""

    addresses: tuple[AllocatedAddress, ...] = ()


class ServiceEntry(Model, frozen=True, kw_only=True):
    """The whole object."""

    api_version: str
    kind: str
    metadata: ObjectMeta
    spec: ServiceEntrySpec
    status: ServiceEntryStatus = ServiceEntryStatus()


def validate(found: ServiceEntry) -> Iterator[Fault]:
    """Yield what is wrong beyond the schema."""
    spec = found.spec
    for index, host in enumerate(spec.hosts):
        yield from _host_faults(f"spec.hosts[{index}]", host)
        if host in spec.hosts[:index]:
            yield Fault(f"spec.hosts[{index}]", f'"{host}" stands there already')
    yield from _address_faults(spec)
    yield from _port_faults(spec)
    yield from _endpoint_faults(spec)
    yield from _RESOLUTIONS[spec.resolution](spec)
    yield from export_faults(spec.export_to, found.metadata.namespace, none_allowed=True)
    if spec.workload_selector is not None:
        yield from selector_faults("spec.workloadSelector.labels", spec.workload_selector.labels)
        if spec.endpoints:
            yield Fault("spec.endpoints", "only one of WorkloadSelector or Endpoints can be set")


def _host_faults(path: str, host: str) -> Iterator[Fault]:
    if host == "*":
        yield Fault(path, "hostname cannot be wildcard", "name a domain, as *.example.com")
    else:
        yield from host_faults(path, host)
    if host.startswith("*") and len(host) > 1 and host[1] != ".":
        message = f'"{host}" matches in the middle of a name; Envoy and certificates know *. only'
        yield Fault(path, message, f'as "*.{host[1:].lstrip("-")}"', "warning")


def _address_faults(spec: ServiceEntrySpec) -> Iterator[Fault]:
    for index, address in enumerate(spec.addresses):
        path = f"spec.addresses[{index}]"
        yield from cidr_faults(path, address)
        if "/" in address and spec.resolution not in ("NONE", "STATIC"):
            fix = "give single addresses, or none"
            yield Fault(path, "CIDR addresses are allowed only for NONE/STATIC resolution types", fix)


def _port_faults(spec: ServiceEntrySpec) -> Iterator[Fault]:
    numbers: set[int] = set()
    names: set[str] = set()
    for index, port in enumerate(spec.ports):
        path = f"spec.ports[{index}]"
        yield from port_faults(f"{path}.number", port.number)
        if port.number in numbers:
            yield Fault(f"{path}.number", f"port {port.number} stands there already")
        if not is_any_case_label(port.name):
            said = f'"{port.name}" is not a port name: letters, digits and "-"' if port.name else "is required"
            yield Fault(f"{path}.name", said)
        elif port.name in names:
            yield Fault(f"{path}.name", f'there is a port "{port.name}" already', "port names are unique")
        if port.protocol:
            yield from protocol_faults(f"{path}.protocol", port.protocol)
        if port.target_port:
            yield from port_faults(f"{path}.targetPort", port.target_port)
            if spec.resolution == "NONE":
                message = "has no effect with resolution NONE: connections go where the client sent them"
                yield Fault(f"{path}.targetPort", message, "", "warning")
        numbers.add(port.number)
        names.add(port.name)


def _endpoint_faults(spec: ServiceEntrySpec) -> Iterator[Fault]:
    names = {port.name for port in spec.ports}
    for index, endpoint in enumerate(spec.endpoints):
        path = f"spec.endpoints[{index}]"
        yield from entry_faults(path, endpoint)
        for name in endpoint.ports:
            if name not in names:
                fix = did_you_mean(name, names) or f"there are: {', '.join(sorted(names))}"
                yield Fault(join(f"{path}.ports", name), f'spec.ports has no port "{name}"', fix)
    if spec.endpoints and any(one.is_unix for one in spec.endpoints) and len(spec.ports) != 1:
        yield Fault("spec.ports", "a service behind a Unix socket has exactly one port")


def _none_faults(spec: ServiceEntrySpec) -> Iterator[Fault]:
    if spec.endpoints:
        fix = "set resolution: STATIC (addresses) or DNS (host names)"
        yield Fault("spec.endpoints", "NONE mode cannot set endpoints", fix)


def _static_faults(spec: ServiceEntrySpec) -> Iterator[Fault]:
    for index, endpoint in enumerate(spec.endpoints):
        if endpoint.address and not endpoint.is_unix and not is_ip(endpoint.address):
            message = f'"{endpoint.address}" is not an IP address, as resolution STATIC needs'
            yield Fault(f"spec.endpoints[{index}].address", message, "set resolution: DNS for host names")


def _dns_faults(spec: ServiceEntrySpec) -> Iterator[Fault]:
    if spec.resolution == "DNS_ROUND_ROBIN" and len(spec.endpoints) > 1:
        yield Fault("spec.endpoints", "DNS_ROUND_ROBIN mode cannot have multiple endpoints", "use DNS")
    for index, endpoint in enumerate(spec.endpoints):
        if endpoint.is_unix:
            yield Fault(f"spec.endpoints[{index}].address", "a socket is not found by DNS", "use STATIC")
    if spec.endpoints or spec.workload_selector is not None:
        return
    for index, host in enumerate(spec.hosts):
        if host.startswith("*"):
            fix = "give endpoints, or set resolution: NONE or DYNAMIC_DNS"
            yield Fault(f"spec.hosts[{index}]", f'"{host}" cannot be looked up in DNS', fix)


def _dynamic_faults(spec: ServiceEntrySpec) -> Iterator[Fault]:
    reason = "with resolution DYNAMIC_DNS the host that a client asks for is looked up"
    if spec.endpoints:
        yield Fault("spec.endpoints", f"{reason}: there are no endpoints", "remove them, or use DNS")
    if spec.addresses:
        yield Fault("spec.addresses", f"{reason}: there are no addresses", "remove them, or use DNS")
    if spec.workload_selector is not None:
        yield Fault("spec.workloadSelector", f"{reason}: nothing is selected", "remove it")
    for index, port in enumerate(spec.ports):
        if port.protocol.upper() in _NAMELESS:
            message = f"{reason}, and {port.protocol} asks for none: nothing is sent here"
            yield Fault(f"spec.ports[{index}].protocol", message, "use HTTP, HTTP2, GRPC, HTTPS or TLS", "warning")


# Protocols whose first bytes name no host.
_NAMELESS = frozenset({"TCP", "UDP", "MONGO", "MYSQL", "REDIS"})

_RESOLUTIONS: Mapping[Resolution, Callable[[ServiceEntrySpec], Iterator[Fault]]] = {
    "NONE": _none_faults,
    "STATIC": _static_faults,
    "DNS": _dns_faults,
    "DNS_ROUND_ROBIN": _dns_faults,
    "DYNAMIC_DNS": _dynamic_faults,
}

SPEC = KindSpec(
    group="networking.istio.io",
    kind="ServiceEntry",
    plural="serviceentries",
    versions=("v1", "v1beta1", "v1alpha3"),
    short_names=("se",),
    categories=("istio-io", "networking-istio-io"),
    model=ServiceEntry,
    validate=validate,
    columns=(
        Column("Hosts", ".spec.hosts"),
        Column("Location", ".spec.location"),
        Column("Resolution", ".spec.resolution"),
        AGE,
    ),
    hints={
        "spec.tls": "use protocol: TLS on the port, or a Gateway's tls.mode PASSTHROUGH",
    },
)
