"""Read the annotations that say which of a pod's traffic passes its proxy."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from ipaddress import ip_network

from lateen.base.errors import Fault, Invalid

PREFIX = "traffic.sidecar.istio.io/"


@dataclass(frozen=True, slots=True, kw_only=True)
class Traffic:
    """Ports and CIDRs that are captured ("*" = all) and left alone. Excludes come before includes."""

    include_inbound_ports: tuple[str, ...] = ("*",)
    exclude_inbound_ports: tuple[str, ...] = ()
    include_outbound_ranges: tuple[str, ...] = ("*",)
    exclude_outbound_ranges: tuple[str, ...] = ()
    include_outbound_ports: tuple[str, ...] = ()
    exclude_outbound_ports: tuple[str, ...] = ()


def _port(text: str) -> bool:
    return text.isdecimal() and 0 < int(text) < 65536


def _range(text: str) -> bool:
    try:
        ip_network(text, strict=False)
    except ValueError:
        return False
    return True


# Annotation → field of Traffic, what each item must be, whether "*" is allowed.
_ANNOTATIONS: tuple[tuple[str, str, Callable[[str], bool], bool], ...] = (
    ("includeInboundPorts", "include_inbound_ports", _port, True),
    ("excludeInboundPorts", "exclude_inbound_ports", _port, False),
    ("includeOutboundIPRanges", "include_outbound_ranges", _range, True),
    ("excludeOutboundIPRanges", "exclude_outbound_ranges", _range, False),
    ("includeOutboundPorts", "include_outbound_ports", _port, True),
    ("excludeOutboundPorts", "exclude_outbound_ports", _port, False),
)


def traffic(annotations: Mapping[str, str]) -> Traffic:
    """Read all of them; an annotation that is there but empty means none. Raises Invalid with every fault."""
    fields: dict[str, tuple[str, ...]] = {}
    faults: list[Fault] = []
    for short, field, legal, star in _ANNOTATIONS:
        name = PREFIX + short
        if name not in annotations:
            continue
        items = tuple(item.strip() for item in annotations[name].split(",") if item.strip())
        fields[field] = items
        kind = "a port" if legal is _port else "a CIDR"
        faults += [
            Fault(f"metadata.annotations[{name}]", f"{item!r} is not {kind}")
            for item in items
            if not legal(item) and not (star and items == ("*",))
        ]
    if faults:
        raise Invalid("the pod's traffic annotations", faults)
    return Traffic(**fields)
