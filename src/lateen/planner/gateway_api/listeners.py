"""Read the listeners of a Gateway and of the ListenerSets that are attached to it: all of them share its ports.

https://gateway-api.sigs.k8s.io/reference/spec/#listener
https://gateway-api.sigs.k8s.io/geps/gep-1713/
"""

from collections.abc import Callable, Iterable, Iterator

from lateen.kinds.gateway_api.gateway import GatewaySpec
from lateen.kinds.gateway_api.listeners import Listener as Written
from lateen.kinds.gateway_api.names import GROUP
from lateen.kinds.object import Object
from lateen.planner.gateway import Carries
from lateen.planner.gateway_api.listener import ANY_HOST, Fault, Listener
from lateen.planner.gateway_api.listener_tls import Lookups, read_certificates, read_clients

_HTTP, _TLS, _TCP = ("HTTPRoute", "GRPCRoute"), ("TLSRoute",), ("TCPRoute",)
_KINDS: dict[Carries, tuple[str, ...]] = {
    "http": _HTTP,
    "https": _HTTP,
    "tls": (*_TLS, *_TCP),
    "sni": _TLS,
    "tcp": _TCP,
    "udp": ("UDPRoute",),
}
_FAMILIES: dict[Carries, str] = {"http": "http", "https": "tls", "tls": "tls", "sni": "tls", "tcp": "tcp", "udp": "udp"}

# What reading an object looks into.
LookupsOf = Callable[[Object], Lookups]


def read_listeners(gateway: Object, sets: Iterable[Object], lookups: LookupsOf) -> tuple[Listener, ...]:
    """Read the listeners of a Gateway, and of ListenerSets in the order of their precedence behind it."""
    read: list[Listener] = []
    for owner in (gateway, *sets):
        for index, written in enumerate(owner.model.spec.listeners):
            read.append(_listener(gateway, owner, index, written, read, lookups))
    return tuple(read)


def _listener(
    gateway: Object, owner: Object, index: int, written: Written, before: list[Listener], lookups: LookupsOf
) -> Listener:
    spec: GatewaySpec = gateway.model.spec
    tls = tuple(read_certificates(written, lookups(owner)))
    clients, doubts = read_clients(spec, written, lookups(gateway))
    carries = _carries(written)
    kinds, wrong = _kinds(written, carries)
    return Listener(
        owner=owner.key,
        in_set=owner is not gateway,
        name=written.name,
        number=written.port,
        carries=carries,
        hostname=written.hostname.lower() or ANY_HOST,
        namespaces=written.allowed_routes.namespaces,
        kinds=kinds,
        credentials=tuple(one for one in tls if isinstance(one, str)),
        clients=clients,
        faults=(
            *_protocol_faults(written, carries),
            *_conflicts(written, carries, before),
            *(one for one in tls if isinstance(one, Fault)),
            *doubts,
            *wrong,
        ),
        origin=owner.origin_at(f"spec.listeners[{index}]"),
    )


def _carries(written: Written) -> Carries | None:
    match written.protocol:
        case "HTTP":
            return "http"
        case "HTTPS":
            return "https"
        case "TLS":
            return "sni" if written.tls and written.tls.mode == "Passthrough" else "tls"
        case "TCP":
            return "tcp"
        case "UDP":
            return "udp"
    return None


def _protocol_faults(written: Written, carries: Carries | None) -> Iterator[Fault]:
    if carries is None:
        upper = written.protocol.upper()
        hint = f'; is "{upper}" meant?' if upper in ("HTTP", "HTTPS", "TLS", "TCP", "UDP") else ""
        yield Fault("Accepted", "UnsupportedProtocol", f'protocol "{written.protocol}" is not known{hint}')


def _conflicts(written: Written, carries: Carries | None, before: list[Listener]) -> Iterator[Fault]:
    """Listeners of a port share it by host, if they are of one family; the first says which. A port of UDP is another
    than that of TCP."""
    same_port = (one for one in before if one.number == written.port and one.carries and one.works)
    others = [one for one in same_port if (one.carries == "udp") == (carries == "udp")]
    if carries is None or not others:
        return
    first = others[0]
    if first.carries and _FAMILIES[first.carries] != _FAMILIES[carries]:
        message = f"listener {first.title} has port {written.port} for another protocol"
        yield Fault("Conflicted", "ProtocolConflict", message)
        return
    same = next((one for one in others if one.hostname == (written.hostname.lower() or ANY_HOST)), None)
    if same is not None and same.carries == carries:
        yield Fault("Conflicted", "HostnameConflict", f"listener {same.title} has port {written.port} for this host")


def _kinds(written: Written, carries: Carries | None) -> tuple[tuple[str, ...], tuple[Fault, ...]]:
    """Return the kinds of routes that a listener takes, and what is wrong with those that it names."""
    known = _KINDS[carries] if carries else ()
    named = written.allowed_routes.kinds
    wrong = [one.kind for one in named if one.group != GROUP or one.kind not in known]
    kinds = tuple(one.kind for one in named if one.kind not in wrong) if named else known
    if not wrong or carries is None:
        return kinds, ()
    message = f"routes of kind {', '.join(wrong)} cannot be attached to protocol {written.protocol}"
    return kinds, (Fault("ResolvedRefs", "InvalidRouteKinds", message, fatal=False),)
