"""Which of a pod's connections its sidecar takes over, as nftables rules for the pod's own namespace."""

import ipaddress
import re
from collections.abc import Iterable, Mapping
from typing import Final

from msgspec import Struct

from lateen.base.errors import Fault, Invalid

OUTBOUND_PORT: Final = 15001
INBOUND_PORT: Final = 15006
DNS_PORT: Final = 15053
TUNNEL_PORT: Final = 15008
PROXY_UID: Final = 1337
AGENT_MARK: Final = 1337
"""The mark of sockets that the agent makes in the pod's network: what it asks of other resolvers is not captured."""
TABLE: Final = "lateen_capture"

_OWN_PORTS: Final = (TUNNEL_PORT, 15020, 15021, DNS_PORT, 15090)
_ALL: Final = "*"
_INTERFACE: Final = re.compile(r"[A-Za-z0-9_.-]{1,15}")
_PREFIX: Final = "traffic.sidecar.istio.io/"


class Capture(Struct, frozen=True, kw_only=True):
    """What is taken over; as Istio's annotations have it, a lone "*" stands for everything.

    `include_outbound_ports` are taken over whatever their destination's address. `dns_servers`: the resolvers whose
    queries are taken over, () = none.
    """

    include_outbound_ranges: tuple[str, ...] = (_ALL,)
    exclude_outbound_ranges: tuple[str, ...] = ()
    include_outbound_ports: tuple[str, ...] = ()
    exclude_outbound_ports: tuple[str, ...] = ()
    include_inbound_ports: tuple[str, ...] = (_ALL,)
    exclude_inbound_ports: tuple[str, ...] = ()
    exclude_interfaces: tuple[str, ...] = ()
    dns_servers: tuple[str, ...] = ()


_ANNOTATIONS: Final = {
    "includeOutboundIPRanges": "include_outbound_ranges",
    "excludeOutboundIPRanges": "exclude_outbound_ranges",
    "includeOutboundPorts": "include_outbound_ports",
    "excludeOutboundPorts": "exclude_outbound_ports",
    "includeInboundPorts": "include_inbound_ports",
    "excludeInboundPorts": "exclude_inbound_ports",
    "excludeInterfaces": "exclude_interfaces",
}


def read_capture(annotations: Mapping[str, str], pod: str = "pod") -> Capture:
    """Read a pod's `traffic.sidecar.istio.io/…` annotations; raises Invalid with every wrong one."""
    given = {
        field: tuple(part.strip() for part in annotations[_PREFIX + name].split(",") if part.strip())
        for name, field in _ANNOTATIONS.items()
        if _PREFIX + name in annotations
    }
    capture = Capture(**given)
    if faults := check(capture):
        raise Invalid(pod, faults)
    return capture


def check(capture: Capture) -> list[Fault]:
    """Return what is wrong with the settings, by the annotation's name."""
    return [
        Fault(f'metadata.annotations["{_PREFIX}{name}"]', problem)
        for name, field in _ANNOTATIONS.items()
        for value in getattr(capture, field)
        if (problem := _problem(field, value))
    ]


def _problem(field: str, value: str) -> str:
    if value == _ALL and field.startswith("include"):
        return ""
    if field.endswith("ports"):
        fine = value.isascii() and value.isdigit() and 0 < int(value) < 65536
        return "" if fine else f"{value!r} is not a port (1 to 65535)"
    if field.endswith("interfaces"):
        return "" if _INTERFACE.fullmatch(value) else f"{value!r} is not the name of a network interface"
    return "" if _network(value) else f"{value!r} is not an address range such as 10.0.0.0/8"


def ruleset(capture: Capture) -> str:
    """Return the rules as input for `nft -f -`; applying them again replaces them.

    Raises Invalid: the settings become part of the rules' text, so nothing doubtful passes.
    """
    if faults := check(capture):
        raise Invalid("traffic capture", faults)
    inbound = "\n        ".join(_inbound(capture))
    outbound = "\n        ".join((*_dns(capture), *_outbound(capture)))
    return f"""\
add table inet {TABLE}
delete table inet {TABLE}
table inet {TABLE} {{
    chain inbound {{
        type nat hook prerouting priority -100; policy accept;
        {inbound}
    }}
    chain outbound {{
        type nat hook output priority -100; policy accept;
        {outbound}
    }}
}}
"""


def _inbound(capture: Capture) -> Iterable[str]:
    yield "meta l4proto != tcp return"
    yield from _interfaces("iifname", capture)
    yield f"tcp dport {_set(_OWN_PORTS)} return"
    if capture.exclude_inbound_ports:
        yield f"tcp dport {_set(capture.exclude_inbound_ports)} return"
    yield from _ports(capture.include_inbound_ports, INBOUND_PORT)


def _dns(capture: Capture) -> Iterable[str]:
    """Queries to the pod's resolvers, by UDP and TCP, go to the agent's DNS proxy."""
    if not capture.dns_servers or "53" in capture.exclude_outbound_ports:
        return
    query = "meta l4proto { tcp, udp } th dport 53"
    yield from _interfaces("oifname", capture)
    yield f"meta skuid {PROXY_UID} {query} return"
    yield f"meta mark {AGENT_MARK} {query} return"
    yield from _ranges(capture.dns_servers, f"{query} redirect to :{DNS_PORT}")


def _outbound(capture: Capture) -> Iterable[str]:
    yield "meta l4proto != tcp return"
    yield from _interfaces("oifname", capture)
    if capture.exclude_outbound_ports:
        yield f"tcp dport {_set(capture.exclude_outbound_ports)} return"
    # The sidecar's own connections to the application come from 127.0.0.6: they have arrived.
    yield 'oifname "lo" ip saddr 127.0.0.6 return'
    # The sidecar sends to the pod's own address: the application called its own service, so it comes in.
    to_itself = f'oifname "lo" meta skuid {PROXY_UID} tcp dport != {TUNNEL_PORT}'
    yield f"{to_itself} ip daddr != 127.0.0.1 {_redirect(INBOUND_PORT)}"
    yield f"{to_itself} ip6 daddr != ::1 {_redirect(INBOUND_PORT)}"
    # What processes of the pod say to each other, and what the sidecar sends, stays as it is.
    yield 'oifname "lo" return'
    yield f"meta skuid {PROXY_UID} return"
    yield from _ranges(capture.exclude_outbound_ranges, "return")
    yield from _ports(capture.include_outbound_ports, OUTBOUND_PORT)
    yield from _ranges(capture.include_outbound_ranges, _redirect(OUTBOUND_PORT))


def _interfaces(field: str, capture: Capture) -> Iterable[str]:
    if capture.exclude_interfaces:
        names = _set(f'"{name}"' for name in capture.exclude_interfaces)
        yield f"{field} {names} return"


def _ports(ports: tuple[str, ...], target: int) -> Iterable[str]:
    if _ALL in ports:
        yield _redirect(target)
    elif ports:
        yield f"tcp dport {_set(ports)} {_redirect(target)}"


def _ranges(ranges: tuple[str, ...], verdict: str) -> Iterable[str]:
    if _ALL in ranges:
        yield verdict
        return
    networks = [_network(text) for text in ranges]
    v4 = ipaddress.collapse_addresses(n for n in networks if isinstance(n, ipaddress.IPv4Network))
    v6 = ipaddress.collapse_addresses(n for n in networks if isinstance(n, ipaddress.IPv6Network))
    for family, own in (("ip", list(v4)), ("ip6", list(v6))):
        if own:
            yield f"{family} daddr {_set(own)} {verdict}"


def _redirect(port: int) -> str:
    return f"meta l4proto tcp redirect to :{port}"


def _network(text: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network | None:
    try:
        return ipaddress.ip_network(text, strict=False)
    except ValueError:
        return None


def _set(members: Iterable[object]) -> str:
    return f"{{ {', '.join(dict.fromkeys(map(str, members)))} }}"
