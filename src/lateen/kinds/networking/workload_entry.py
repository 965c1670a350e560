"""WorkloadEntry: a workload outside Kubernetes, as an object or as the endpoint of a ServiceEntry.

https://istio.io/latest/docs/reference/config/networking/workload-entry/
"""

from collections.abc import Iterator, Mapping
from typing import Annotated, ClassVar

from msgspec import Meta

from lateen.base.errors import Fault
from lateen.kinds.addresses import is_ip
from lateen.kinds.hosts import is_dns_name
from lateen.kinds.istio_status import IstioStatus
from lateen.kinds.label_selector import label_faults
from lateen.kinds.meta import ObjectMeta
from lateen.kinds.model import Model, Port, Uint32
from lateen.kinds.names import is_any_case_label
from lateen.kinds.numbers import port_faults
from lateen.kinds.paths import join
from lateen.kinds.schema_rules import CelRule, stating
from lateen.kinds.spec import AGE, Column, KindSpec

_UNIX = "unix://"


_SOCKETS = stating(
    CelRule(
        '!self.startsWith("unix://") || self.startsWith("unix:///") || self.startsWith("unix://@")',
        "UDS must be an absolute path or abstract socket",
    ),
    CelRule('!(self.startsWith("unix://") && self.endsWith("/"))', "UDS may not be a dir"),
)
_PORT_NAMES = stating(
    CelRule(
        'self.all(name, name.size() < 63 && name.matches("^[a-zA-Z0-9](?:[-a-zA-Z0-9]*[a-zA-Z0-9])?$"))',
        "port name must be valid",
    )
)


class WorkloadEntrySpec(Model, frozen=True, kw_only=True):
    """`address`: an IP, a host name or `unix://` and a path; "" = behind its network's gateway."""

    schema_rules: ClassVar = (
        CelRule(
            '!(has(self.address) && self.address.startsWith("unix://")) || !has(self.ports)',
            "UDS may not include ports",
        ),
    )

    address: Annotated[str, Meta(max_length=256, extra_json_schema=_SOCKETS)] = ""
    ports: Annotated[Mapping[str, Port], Meta(max_length=128, extra_json_schema=_PORT_NAMES)] = {}
    labels: Annotated[Mapping[str, str], Meta(max_length=256)] = {}
    network: Annotated[str, Meta(max_length=2048)] = ""
    locality: Annotated[str, Meta(max_length=2048)] = ""
    weight: Uint32 = 0
    service_account: Annotated[str, Meta(max_length=253)] = ""

    @property
    def is_unix(self) -> bool:
        """Say whether it is reached over a socket in the file system."""
        return self.address.startswith(_UNIX)


_IS_REACHABLE = stating(CelRule("has(self.address) || has(self.network)", "Address is required"))
# One that stands for itself: not a group's template, whose members bring their addresses.
ReachableWorkload = Annotated[WorkloadEntrySpec, Meta(extra_json_schema=_IS_REACHABLE)]


class WorkloadEntry(Model, frozen=True, kw_only=True):
    """The whole object."""

    api_version: str
    kind: str
    metadata: ObjectMeta
    spec: ReachableWorkload
    status: IstioStatus = IstioStatus()


def validate(found: WorkloadEntry) -> Iterator[Fault]:
    """Yield what is wrong beyond the schema."""
    yield from entry_faults("spec", found.spec)


def entry_faults(path: str, entry: WorkloadEntrySpec) -> Iterator[Fault]:
    """Yield what is wrong with a workload's address, ports and labels."""
    place = f"{path}.address"
    if not entry.address:
        if not entry.network:
            yield Fault(place, "is required")
        else:
            message = "without an address it is reached through its network's gateway"
            yield Fault(place, message, "", "warning")
    yield from template_faults(path, entry)


def template_faults(path: str, entry: WorkloadEntrySpec) -> Iterator[Fault]:
    """Yield what is wrong with a workload that may lack its address."""
    place = f"{path}.address"
    if entry.is_unix:
        yield from _unix_faults(path, entry)
    elif entry.address and not is_ip(entry.address) and not is_dns_name(entry.address):
        fix = "ports stand in ports" if ":" in entry.address else ""
        yield Fault(place, f'"{entry.address}" is neither an IP address nor a host name', fix)
    for name, number in entry.ports.items():
        if not is_any_case_label(name):
            yield Fault(join(f"{path}.ports", name), f'"{name}" is not a port name: letters, digits and "-"')
        yield from port_faults(join(f"{path}.ports", name), number)
    yield from label_faults(f"{path}.labels", entry.labels)


def _unix_faults(path: str, entry: WorkloadEntrySpec) -> Iterator[Fault]:
    socket = entry.address.removeprefix(_UNIX)
    if socket[:1] not in ("/", "@"):
        yield Fault(f"{path}.address", "a socket's path is absolute, or begins with @", f"as {_UNIX}/path")
    elif socket.endswith("/"):
        yield Fault(f"{path}.address", "is a folder, not a socket")
    if entry.ports:
        yield Fault(f"{path}.ports", "a socket has no ports", "remove them")


SPEC = KindSpec(
    group="networking.istio.io",
    kind="WorkloadEntry",
    plural="workloadentries",
    versions=("v1", "v1beta1", "v1alpha3"),
    short_names=("we",),
    categories=("istio-io", "networking-istio-io"),
    model=WorkloadEntry,
    validate=validate,
    columns=(AGE, Column("Address", ".spec.address")),
    conditions=("Healthy",),
)
