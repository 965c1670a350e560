"""A Gateway's listeners: what each listens for, which routes it takes, and why one may not work.

https://gateway-api.sigs.k8s.io/reference/spec/#listener
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Literal, NamedTuple

from msgspec import Struct

from lateen.base.refs import Key, Origin
from lateen.kinds.gateway_api.gateway import GatewaySpec
from lateen.kinds.gateway_api.listeners import Listener as Written
from lateen.kinds.gateway_api.listeners import RouteNamespaces
from lateen.kinds.gateway_api.names import GROUP
from lateen.kinds.gateway_api.references import SecretObjectReference
from lateen.kinds.label_selector import selects
from lateen.kinds.object import Object
from lateen.planner.gateway import Carries
from lateen.planner.gateway_api.backends import Reference

ANY_HOST = "*"
_HTTP, _TLS, _TCP = ("HTTPRoute", "GRPCRoute"), ("TLSRoute",), ("TCPRoute",)
_FAMILIES: dict[Carries, str] = {"http": "http", "https": "tls", "tls": "tls", "sni": "tls", "tcp": "tcp"}

# Reads the certificate and key of a Secret, "" = it has them, else what is wrong.
CertificateFault = Callable[[Key], str]
Permitted = Callable[[Reference], bool]


class Fault(NamedTuple):
    """What is wrong with a listener: a condition, its reason, and what to say. `fatal`: it cannot work."""

    condition: Literal["Accepted", "Conflicted", "ResolvedRefs"]
    reason: str
    message: str
    fatal: bool = True


class Listener(Struct, frozen=True, kw_only=True):
    """`hostname`: "*" = every host; `kinds`: of routes that it takes; `credentials`: of the certificates that it
    shows."""

    name: str
    number: int
    carries: Carries | None
    hostname: str
    namespaces: RouteNamespaces
    kinds: tuple[str, ...]
    credentials: tuple[str, ...] = ()
    faults: tuple[Fault, ...] = ()
    origin: Origin = Origin()

    @property
    def works(self) -> bool:
        """Say whether anything is listened for."""
        return not any(fault.fatal for fault in self.faults)

    def admits(self, namespace: str, own: str, labels: Mapping[str, str]) -> bool:
        """Say whether routes of a namespace with `labels` may be attached. `own`: the Gateway's."""
        match self.namespaces.from_:
            case "All":
                return True
            case "Same":
                return namespace == own
            case "Selector":
                return self.namespaces.selector is not None and selects(self.namespaces.selector, labels)


def read_listeners(found: Object, permitted: Permitted, certificate_fault: CertificateFault) -> tuple[Listener, ...]:
    """Read the listeners of a Gateway. `permitted`: of references to other namespaces."""
    spec: GatewaySpec = found.model.spec
    read: list[Listener] = []
    for index, written in enumerate(spec.listeners):
        tls = tuple(_certificates(written, found.namespace, permitted, certificate_fault))
        carries = _carries(written)
        kinds, wrong = _kinds(written, carries)
        read.append(
            Listener(
                name=written.name,
                number=written.port,
                carries=carries,
                hostname=written.hostname.lower() or ANY_HOST,
                namespaces=written.allowed_routes.namespaces,
                kinds=kinds,
                credentials=tuple(one for one in tls if isinstance(one, str)),
                faults=(
                    *_protocol_faults(written, carries),
                    *_conflicts(written, carries, read),
                    *(one for one in tls if isinstance(one, Fault)),
                    *wrong,
                ),
                origin=found.origin_at(f"spec.listeners[{index}]"),
            )
        )
    return tuple(read)


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
    return None


def _protocol_faults(written: Written, carries: Carries | None) -> Iterator[Fault]:
    if carries is None:
        upper = written.protocol.upper()
        hint = f'; is "{upper}" meant?' if upper in ("HTTP", "HTTPS", "TLS", "TCP") else ""
        yield Fault("Accepted", "UnsupportedProtocol", f'protocol "{written.protocol}" is not known{hint}')


def _conflicts(written: Written, carries: Carries | None, before: list[Listener]) -> Iterator[Fault]:
    """Listeners of a port share it by host, if they are of one family; the first says which."""
    if carries is None:
        return
    others = [one for one in before if one.number == written.port and one.carries]
    for other in others[:1]:
        assert other.carries is not None
        if _FAMILIES[other.carries] != _FAMILIES[carries]:
            message = f"listener {other.name} has port {written.port} for another protocol"
            yield Fault("Conflicted", "ProtocolConflict", message)
    same = next((one for one in others if one.hostname == (written.hostname.lower() or ANY_HOST)), None)
    if same is not None and same.carries == carries:
        yield Fault("Conflicted", "HostnameConflict", f"listener {same.name} has port {written.port} for this host")


def _kinds(written: Written, carries: Carries | None) -> tuple[tuple[str, ...], tuple[Fault, ...]]:
    """Return the kinds of routes that a listener takes, and what is wrong with those that it names."""
    known = {"http": _HTTP, "https": _HTTP, "tls": (*_TLS, *_TCP), "sni": _TLS, "tcp": _TCP}.get(carries or "", ())
    named = written.allowed_routes.kinds
    wrong = [one.kind for one in named if one.group != GROUP or one.kind not in known]
    kinds = tuple(one.kind for one in named if one.kind not in wrong) if named else known
    if not wrong or carries is None:
        return kinds, ()
    message = f"routes of kind {', '.join(wrong)} cannot be attached to protocol {written.protocol}"
    return kinds, (Fault("ResolvedRefs", "InvalidRouteKinds", message, fatal=False),)


def _certificates(
    written: Written, namespace: str, permitted: Permitted, certificate_fault: CertificateFault
) -> Iterator[str | Fault]:
    if written.protocol not in ("HTTPS", "TLS") or (written.tls and written.tls.mode == "Passthrough"):
        return
    references = written.tls.certificate_refs if written.tls else ()
    if not references:
        yield Fault("ResolvedRefs", "InvalidCertificateRef", "there is no certificate: name one in tls.certificateRefs")
    for one in references:
        yield _certificate(one, namespace, permitted, certificate_fault)


def _certificate(
    one: SecretObjectReference, namespace: str, permitted: Permitted, certificate_fault: CertificateFault
) -> str | Fault:
    if (one.group, one.kind) not in (("", "Secret"), ("core", "Secret")):
        return Fault("ResolvedRefs", "InvalidCertificateRef", f"a certificate is in a Secret, not in a {one.kind}")
    own = one.namespace or namespace
    if own != namespace and not permitted(Reference("", "Secret", own, one.name)):
        message = f"no ReferenceGrant of namespace {own} lets Gateways of {namespace} name Secret {one.name}"
        return Fault("ResolvedRefs", "RefNotPermitted", message)
    if why := certificate_fault(Key(own, one.name)):
        return Fault("ResolvedRefs", "InvalidCertificateRef", why)
    return f"kubernetes-gateway://{own}/{one.name}"
