"""Service: a name and an address in front of pods."""

from collections.abc import Iterator, Mapping
from typing import Any, Literal

from lateen.base.errors import Fault
from lateen.kinds.addresses import ip_faults
from lateen.kinds.hosts import dns_name_faults
from lateen.kinds.label_selector import label_faults
from lateen.kinds.meta import ObjectMeta
from lateen.kinds.model import OpenModel, named
from lateen.kinds.names import is_label
from lateen.kinds.numbers import port_faults
from lateen.kinds.spec import AGE, Column, KindSpec


class ServicePort(OpenModel, frozen=True, kw_only=True):
    """`target_port`: number or name of a container's port; None = the same as `port`."""

    name: str = ""
    port: int
    target_port: int | str | None = None
    protocol: Literal["TCP", "UDP", "SCTP"] = "TCP"
    app_protocol: str = ""
    node_port: int = 0


class ServiceSpec(OpenModel, frozen=True, kw_only=True):
    """`cluster_ip`: "None" = headless. `selector`: empty = endpoints are made by somebody else."""

    selector: Mapping[str, str] = {}
    ports: tuple[ServicePort, ...] = ()
    type: Literal["ClusterIP", "NodePort", "LoadBalancer", "ExternalName"] = "ClusterIP"
    cluster_ip: str = named("clusterIP", "")
    cluster_ips: tuple[str, ...] = named("clusterIPs", ())
    external_ips: tuple[str, ...] = named("externalIPs", ())
    external_name: str = ""
    load_balancer_ip: str = named("loadBalancerIP", "")
    load_balancer_class: str = ""
    load_balancer_source_ranges: tuple[str, ...] = ()
    allocate_load_balancer_node_ports: bool | None = None
    ip_families: tuple[str, ...] = ()
    ip_family_policy: str = ""
    publish_not_ready_addresses: bool = False
    session_affinity: Literal["None", "ClientIP", ""] = ""
    session_affinity_config: Mapping[str, Any] | None = None
    external_traffic_policy: str = ""
    internal_traffic_policy: str = ""
    traffic_distribution: str = ""
    health_check_node_port: int = 0


class LoadBalancerIngress(OpenModel, frozen=True, kw_only=True):
    """An address that a load balancer answers at."""

    ip: str = ""
    hostname: str = ""


class LoadBalancerStatus(OpenModel, frozen=True, kw_only=True):
    """Addresses outside the cluster."""

    ingress: tuple[LoadBalancerIngress, ...] = ()


class ServiceStatus(OpenModel, frozen=True, kw_only=True):
    """What was allocated outside."""

    load_balancer: LoadBalancerStatus = LoadBalancerStatus()
    conditions: tuple[Mapping[str, Any], ...] = ()


class Service(OpenModel, frozen=True, kw_only=True):
    """The whole object."""

    api_version: str
    kind: str
    metadata: ObjectMeta
    spec: ServiceSpec = ServiceSpec()
    status: ServiceStatus = ServiceStatus()


def validate(found: Service) -> Iterator[Fault]:
    """Yield what is wrong beyond the schema. Source: Kubernetes' Service v1."""
    spec = found.spec
    name = found.metadata.name
    if name and not (is_label(name) and not name[0].isdigit()):
        yield Fault("metadata.name", f'"{name}" is not a service name: a DNS label that begins with a letter')
    if spec.type == "ExternalName":
        yield from dns_name_faults("spec.externalName", spec.external_name)
    elif not spec.ports and spec.cluster_ip != "None":
        yield Fault("spec.ports", "is required: at least one port")
    yield from _port_faults(spec.ports)
    if spec.selector:
        yield from label_faults("spec.selector", spec.selector)
    if spec.cluster_ip not in ("", "None"):
        yield from ip_faults("spec.clusterIP", spec.cluster_ip)


def _port_faults(ports: tuple[ServicePort, ...]) -> Iterator[Fault]:
    names: set[str] = set()
    numbers: set[tuple[int, str]] = set()
    for index, port in enumerate(ports):
        path = f"spec.ports[{index}]"
        if not port.name and len(ports) > 1:
            yield Fault(f"{path}.name", "is required where there are several ports")
        elif port.name and not is_label(port.name):
            yield Fault(f"{path}.name", f'"{port.name}" is not a port name: lower-case letters, digits and "-"')
        elif port.name and port.name in names:
            yield Fault(f"{path}.name", f'there is a port "{port.name}" already')
        if (port.port, port.protocol) in numbers:
            yield Fault(path, f"{port.protocol} port {port.port} stands there already")
        yield from port_faults(f"{path}.port", port.port)
        if isinstance(port.target_port, int):
            yield from port_faults(f"{path}.targetPort", port.target_port)
        names.add(port.name)
        numbers.add((port.port, port.protocol))


def _ports(raw: Mapping[str, Any]) -> str:
    ports = (raw.get("spec") or {}).get("ports") or ()
    return ",".join(f"{port.get('port')}/{port.get('protocol') or 'TCP'}" for port in ports) or "<none>"


def _external(raw: Mapping[str, Any]) -> str:
    spec = raw.get("spec") or {}
    ingress = ((raw.get("status") or {}).get("loadBalancer") or {}).get("ingress") or ()
    found = [one.get("ip") or one.get("hostname") or "" for one in ingress] + list(spec.get("externalIPs") or ())
    waiting = "<pending>" if spec.get("type") == "LoadBalancer" else "<none>"
    return ",".join(found) or spec.get("externalName") or waiting


SPEC = KindSpec(
    group="",
    kind="Service",
    plural="services",
    versions=("v1",),
    short_names=("svc",),
    categories=("all",),
    model=Service,
    validate=validate,
    open=True,
    reads=("spec", "status.loadBalancer"),
    columns=(
        Column("Type", cell=lambda raw: (raw.get("spec") or {}).get("type") or "ClusterIP"),
        Column("Cluster-IP", cell=lambda raw: (raw.get("spec") or {}).get("clusterIP") or "<none>"),
        Column("External-IP", cell=_external),
        Column("Port(s)", cell=_ports),
        AGE,
    ),
)
