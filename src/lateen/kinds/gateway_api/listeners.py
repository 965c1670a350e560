"""Listeners: what a Gateway or ListenerSet listens for, and which routes may be attached.

https://gateway-api.sigs.k8s.io/reference/spec/#listener
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from typing import Annotated, Literal

from msgspec import Meta

from lateen.base.errors import Fault
from lateen.kinds.gateway_api.conditions import Conditions
from lateen.kinds.gateway_api.names import GROUP, Annotation, Group, Hostname, Kind, Port, Protocol, SectionName
from lateen.kinds.gateway_api.references import SecretObjectReference
from lateen.kinds.label_selector import LabelSelector
from lateen.kinds.model import Int32, Model, named

_PLAIN = ("HTTP", "TCP", "UDP")


class RouteNamespaces(Model, frozen=True, kw_only=True):
    """The namespaces whose routes may be attached."""

    from_: Literal["All", "Selector", "Same"] = named("from", "Same")
    selector: LabelSelector | None = None


class RouteGroupKind(Model, frozen=True, kw_only=True):
    """A kind of route."""

    group: Group = GROUP
    kind: Kind


class AllowedRoutes(Model, frozen=True, kw_only=True):
    """Which routes may be attached. `kinds` empty: those that the protocol knows."""

    namespaces: RouteNamespaces = RouteNamespaces()
    kinds: Annotated[tuple[RouteGroupKind, ...], Meta(max_length=8)] = ()


class ListenerTLS(Model, frozen=True, kw_only=True):
    """TLS towards clients."""

    mode: Literal["Terminate", "Passthrough"] = "Terminate"
    certificate_refs: Annotated[tuple[SecretObjectReference, ...], Meta(max_length=64)] = ()
    options: Annotated[Mapping[str, Annotation], Meta(max_length=16)] = {}


class Listener(Model, frozen=True, kw_only=True):
    """One listener. `hostname` "" = every host."""

    name: SectionName
    hostname: Hostname = ""
    port: Port
    protocol: Protocol
    tls: ListenerTLS | None = None
    allowed_routes: AllowedRoutes = AllowedRoutes()


class ListenerStatus(Model, frozen=True, kw_only=True):
    """What became of a listener."""

    name: SectionName
    supported_kinds: Annotated[tuple[RouteGroupKind, ...], Meta(max_length=8)] = ()
    attached_routes: Int32
    conditions: Conditions = ()


def listeners_faults(path: str, listeners: Sequence[Listener]) -> Iterator[Fault]:
    """Yield what is wrong with listeners, and with two of them together."""
    for index, listener in enumerate(listeners):
        yield from _listener_faults(f"{path}[{index}]", listener)
    for (_, one), (at, other) in combinations(enumerate(listeners), 2):
        if one.name == other.name:
            yield Fault(f"{path}[{at}].name", "Listener name must be unique within the Gateway")
        if (one.port, one.protocol, one.hostname) == (other.port, other.protocol, other.hostname):
            yield Fault(f"{path}[{at}]", "Combination of port, protocol and hostname must be unique for each listener")


def _listener_faults(path: str, listener: Listener) -> Iterator[Fault]:
    tls = listener.tls
    if tls is None:
        if listener.protocol == "TLS":
            yield Fault(f"{path}.tls", "tls mode must be set for protocol TLS")
    elif listener.protocol in _PLAIN:
        yield Fault(f"{path}.tls", f"tls must not be specified for protocols {list(_PLAIN)}", "use HTTPS or TLS")
    elif listener.protocol == "HTTPS" and tls.mode != "Terminate":
        yield Fault(f"{path}.tls.mode", "tls mode must be Terminate for protocol HTTPS", "use protocol TLS")
    if tls is not None and tls.mode == "Terminate" and not tls.certificate_refs and not tls.options:
        yield Fault(f"{path}.tls", "certificateRefs or options must be specified when mode is Terminate")
    if listener.protocol in ("TCP", "UDP") and listener.hostname:
        yield Fault(f"{path}.hostname", "hostname must not be specified for protocols ['TCP', 'UDP']")
