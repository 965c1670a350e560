"""TLS and TCP rules of a VirtualService: connections by SNI, port, address."""

from collections.abc import Iterator, Mapping

from lateen.base.errors import Fault
from lateen.kinds.addresses import cidr_faults, is_ip
from lateen.kinds.hosts import is_sni_name, wildcard_name_faults
from lateen.kinds.model import Int32, Model, Uint32
from lateen.kinds.networking.destination import Destination, destination_faults
from lateen.kinds.networking.http_match import source_faults
from lateen.kinds.networking.weights import weight_faults
from lateen.kinds.numbers import port_faults


class RouteDestination(Model, frozen=True, kw_only=True):
    """One of a route's destinations and its share."""

    destination: Destination
    weight: Int32 = 0


class L4MatchAttributes(Model, frozen=True, kw_only=True):
    """All of it must hold."""

    destination_subnets: tuple[str, ...] = ()
    port: Uint32 | None = None
    source_subnet: str = ""
    source_labels: Mapping[str, str] = {}
    source_namespace: str = ""
    gateways: tuple[str, ...] = ()


class TLSMatchAttributes(Model, frozen=True, kw_only=True):
    """All of it must hold; `sni_hosts`: any of them."""

    sni_hosts: tuple[str, ...] = ()
    destination_subnets: tuple[str, ...] = ()
    port: Uint32 | None = None
    source_labels: Mapping[str, str] = {}
    source_namespace: str = ""
    gateways: tuple[str, ...] = ()


class TLSRoute(Model, frozen=True, kw_only=True):
    """Unterminated TLS, told apart by SNI."""

    match: tuple[TLSMatchAttributes, ...] = ()
    route: tuple[RouteDestination, ...] = ()


class TCPRoute(Model, frozen=True, kw_only=True):
    """Any TCP connection."""

    match: tuple[L4MatchAttributes, ...] = ()
    route: tuple[RouteDestination, ...] = ()


def tls_route_faults(path: str, rule: TLSRoute, hosts: tuple[str, ...]) -> Iterator[Fault]:
    """Yield what is wrong with a TLS rule of a VirtualService for `hosts`."""
    if not rule.match:
        yield Fault(f"{path}.match", "is required: a TLS rule tells connections apart by sniHosts")
    for index, match in enumerate(rule.match):
        place = f"{path}.match[{index}]"
        if not match.sni_hosts:
            yield Fault(f"{place}.sniHosts", "is required")
        for position, name in enumerate(match.sni_hosts):
            yield from _sni_faults(f"{place}.sniHosts[{position}]", name, hosts)
        yield from _match_faults(place, match)
    yield from _route_faults(f"{path}.route", rule.route)


def tcp_route_faults(path: str, rule: TCPRoute) -> Iterator[Fault]:
    """Yield what is wrong with a TCP rule."""
    for index, match in enumerate(rule.match):
        yield from _match_faults(f"{path}.match[{index}]", match)
        if match.source_subnet:
            place = f"{path}.match[{index}].sourceSubnet"
            yield from cidr_faults(place, match.source_subnet)
            fix = "use sourceLabels or sourceNamespace, or an AuthorizationPolicy with ipBlocks"
            yield Fault(place, "has no effect: bytes are not routed by where they come from", fix, "warning")
    yield from _route_faults(f"{path}.route", rule.route)


def _match_faults(path: str, match: TLSMatchAttributes | L4MatchAttributes) -> Iterator[Fault]:
    for index, subnet in enumerate(match.destination_subnets):
        yield from cidr_faults(f"{path}.destinationSubnets[{index}]", subnet)
    if match.port is not None:
        yield from port_faults(f"{path}.port", match.port)
    yield from source_faults(path, match.source_namespace, match.source_labels, match.gateways)


def _sni_faults(path: str, name: str, hosts: tuple[str, ...]) -> Iterator[Fault]:
    if is_ip(name):
        yield Fault(path, f"{name}: clients send no IP address as SNI", "name a host", "warning")
    elif not is_sni_name(name):
        yield from wildcard_name_faults(path, name)
        if not any(_within(name, host) for host in hosts):
            fix = f"spec.hosts has {', '.join(hosts)}" if hosts else ""
            yield Fault(path, f'"{name}" is not covered by any of spec.hosts', fix)


def _within(name: str, host: str) -> bool:
    """Say whether everything that `name` matches, `host` matches."""
    name, host = name.lower(), host.lower()
    if not host.startswith("*"):
        return name == host
    return name.removeprefix("*").endswith(host[1:])


def _route_faults(path: str, targets: tuple[RouteDestination, ...]) -> Iterator[Fault]:
    if not targets:
        yield Fault(path, "is required: at least one destination")
    for index, target in enumerate(targets):
        yield from destination_faults(f"{path}[{index}].destination", target.destination)
    yield from weight_faults(path, [target.weight for target in targets])
