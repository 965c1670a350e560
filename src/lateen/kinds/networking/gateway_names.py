"""Names by which a VirtualService refers to gateways."""

from collections.abc import Iterator, Sequence

from lateen.base.errors import Fault
from lateen.kinds.names import is_label, is_subdomain


def gateway_faults(path: str, gateways: Sequence[str]) -> Iterator[Fault]:
    """Yield what is wrong with names of gateways: `name`, `namespace/name` or `mesh`."""
    for index, name in enumerate(gateways):
        place = f"{path}[{index}]"
        namespace, slash, short = name.rpartition("/")
        if slash and not (is_label(namespace) or namespace == "."):
            yield Fault(place, f'"{name}": "{namespace}" is not a namespace', "as namespace/name")
        if not is_subdomain(short):
            yield Fault(place, f'"{name}" does not name a gateway', "name, namespace/name, or mesh")
        elif not slash and "." in short:
            fix = "use namespace/name for a gateway of another namespace"
            yield Fault(place, f'"{name}" is read as one name, not as name.namespace', fix, "warning")
