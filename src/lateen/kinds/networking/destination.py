"""Where a route leads: a service's host, perhaps a subset and a port of it."""

from collections.abc import Iterator

from lateen.base.errors import Fault
from lateen.kinds.hosts import wildcard_name_faults
from lateen.kinds.model import Model, Uint32
from lateen.kinds.names import is_any_case_label
from lateen.kinds.numbers import port_faults


class PortSelector(Model, frozen=True, kw_only=True):
    """A port of a service, by number."""

    number: Uint32 = 0


class Destination(Model, frozen=True, kw_only=True):
    """`host`: a service's name in the registry, short or full; `subset`: one of its DestinationRule's."""

    host: str
    subset: str = ""
    port: PortSelector | None = None


def destination_faults(path: str, destination: Destination) -> Iterator[Fault]:
    """Yield what is wrong with a destination."""
    if destination.host == "*":
        yield Fault(f"{path}.host", '"*" is no destination', "name a service's host")
    else:
        yield from wildcard_name_faults(f"{path}.host", destination.host)
    yield from subset_faults(f"{path}.subset", destination.subset)
    if destination.port is not None:
        yield from port_faults(f"{path}.port.number", destination.port.number)


def subset_faults(path: str, name: str) -> Iterator[Fault]:
    """Yield a fault unless `name` can name a subset; "" is none."""
    if name and not is_any_case_label(name):
        yield Fault(path, f'"{name}" is not a subset name: letters, digits and "-", at most 63')
