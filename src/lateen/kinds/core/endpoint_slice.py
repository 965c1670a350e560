"""EndpointSlice: the addresses behind a Service."""

from collections.abc import Iterator, Mapping
from typing import Any, Literal

from lateen.base.errors import Fault
from lateen.kinds.addresses import ip_faults
from lateen.kinds.meta import ObjectMeta
from lateen.kinds.model import OpenModel
from lateen.kinds.numbers import port_faults
from lateen.kinds.spec import AGE, Column, KindSpec

SERVICE_NAME = "kubernetes.io/service-name"


class EndpointConditions(OpenModel, frozen=True, kw_only=True):
    """`ready` None = ready."""

    ready: bool | None = None
    serving: bool | None = None
    terminating: bool | None = None


class TargetRef(OpenModel, frozen=True, kw_only=True):
    """The pod behind an endpoint."""

    kind: str = ""
    namespace: str = ""
    name: str = ""
    uid: str = ""


class Endpoint(OpenModel, frozen=True, kw_only=True):
    """One backend; its addresses are interchangeable."""

    addresses: tuple[str, ...]
    conditions: EndpointConditions = EndpointConditions()
    hostname: str = ""
    target_ref: TargetRef | None = None
    node_name: str = ""
    zone: str = ""
    hints: Mapping[str, Any] | None = None
    deprecated_topology: Mapping[str, str] = {}


class EndpointPort(OpenModel, frozen=True, kw_only=True):
    """`name`: of the Service's port; `port`: of the backends."""

    name: str = ""
    port: int | None = None
    protocol: str = "TCP"
    app_protocol: str = ""


class EndpointSlice(OpenModel, frozen=True, kw_only=True):
    """The whole object; the label `kubernetes.io/service-name` names the Service."""

    api_version: str
    kind: str
    metadata: ObjectMeta
    address_type: Literal["IPv4", "IPv6", "FQDN"] = "IPv4"
    endpoints: tuple[Endpoint, ...] = ()
    ports: tuple[EndpointPort, ...] = ()

    @property
    def service(self) -> str:
        """The name of the Service, in the same namespace; "" when there is none."""
        return self.metadata.labels.get(SERVICE_NAME, "")


def validate(found: EndpointSlice) -> Iterator[Fault]:
    """Yield what is wrong beyond the schema."""
    if found.address_type != "FQDN":
        for index, endpoint in enumerate(found.endpoints):
            for position, address in enumerate(endpoint.addresses):
                yield from ip_faults(f"endpoints[{index}].addresses[{position}]", address)
    for index, port in enumerate(found.ports):
        if port.port is not None:
            yield from port_faults(f"ports[{index}].port", port.port)


def _endpoints(raw: Mapping[str, Any]) -> str:
    found = [address for one in raw.get("endpoints") or () for address in one.get("addresses") or ()]
    more = f" + {len(found) - 3} more..." if len(found) > 3 else ""
    return ",".join(found[:3]) + more or "<unset>"


def _ports(raw: Mapping[str, Any]) -> str:
    return ",".join(str(one.get("port")) for one in raw.get("ports") or ()) or "<unset>"


SPEC = KindSpec(
    group="discovery.k8s.io",
    kind="EndpointSlice",
    plural="endpointslices",
    versions=("v1",),
    model=EndpointSlice,
    validate=validate,
    open=True,
    reads=("addressType", "endpoints", "ports"),
    columns=(
        Column("AddressType", ".addressType"),
        Column("Ports", cell=_ports),
        Column("Endpoints", cell=_endpoints),
        AGE,
    ),
)
