"""WorkloadEntry: a workload outside Kubernetes, as an object or as the endpoint of a ServiceEntry.

https://istio.io/latest/docs/reference/config/networking/workload-entry/
"""

from collections.abc import Iterator, Mapping
from typing import Annotated

from msgspec import Meta

from lateen.base.errors import Fault
from lateen.kinds.addresses import is_ip
from lateen.kinds.hosts import is_dns_name
from lateen.kinds.istio_status import IstioStatus
from lateen.kinds.label_selector import label_faults
from lateen.kinds.meta import ObjectMeta
from lateen.kinds.model import Model, Uint32
from lateen.kinds.names import is_any_case_label
from lateen.kinds.numbers import port_faults
from lateen.kinds.paths import join
from lateen.kinds.spec import AGE, Column, KindSpec

_UNIX = "unix://"


class WorkloadEntrySpec(Model, frozen=True, kw_only=True):
    """`address`: an IP, a host name or `unix://` and a path; "" = behind its network's gateway."""

    address: Annotated[str, Meta(max_length=256)] = ""
    ports: Annotated[Mapping[str, Uint32], Meta(max_length=128)] = {}
    labels: Annotated[Mapping[str, str], Meta(max_length=256)] = {}
    network: Annotated[str, Meta(max_length=2048)] = ""
    locality: Annotated[str, Meta(max_length=2048)] = ""
    weight: Uint32 = 0
    service_account: Annotated[str, Meta(max_length=253)] = ""

    @property
    def is_unix(self) -> bool:
        """Say whether it is reached over a socket in the file system."""
        return self.address.startswith(_UNIX)


class WorkloadEntry(Model, frozen=True, kw_only=True):
    """The whole object."""

    api_version: str
    kind: str
    metadata: ObjectMeta
    spec: WorkloadEntrySpec
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
)
