"""Gateway: which ports a gateway workload listens on, for which hosts, with which TLS.

https://istio.io/latest/docs/reference/config/networking/gateway/
"""

from collections.abc import Iterator, Mapping

from lateen.base.errors import Fault
from lateen.kinds.addresses import ip_faults, is_ip
from lateen.kinds.hosts import wildcard_name_faults
from lateen.kinds.istio_status import IstioStatus
from lateen.kinds.label_selector import selector_faults
from lateen.kinds.meta import ObjectMeta
from lateen.kinds.model import Model, Uint32
from lateen.kinds.names import is_any_case_label, is_label
from lateen.kinds.networking.server_tls import ServerTLSSettings, server_tls_faults
from lateen.kinds.numbers import port_faults
from lateen.kinds.protocols import protocol_faults
from lateen.kinds.spec import AGE, KindSpec

_WITH_TLS = frozenset({"HTTPS", "TLS"})
_HTTP = frozenset({"HTTP", "HTTP2", "GRPC", "GRPC-WEB"})


class ServerPort(Model, frozen=True, kw_only=True):
    """A port to listen on. `protocol`: in any case. `target_port` is not used by Istio."""

    number: Uint32
    protocol: str
    name: str
    target_port: Uint32 = 0


class Server(Model, frozen=True, kw_only=True):
    """One listener. `hosts`: `host` or `namespace/host`; `bind`: "" = every address."""

    port: ServerPort
    hosts: tuple[str, ...] = ()
    tls: ServerTLSSettings | None = None
    bind: str = ""
    default_endpoint: str = ""
    name: str = ""


class GatewaySpec(Model, frozen=True, kw_only=True):
    """`selector`: labels of the gateway workloads, in any namespace."""

    selector: Mapping[str, str] = {}
    servers: tuple[Server, ...] = ()


class Gateway(Model, frozen=True, kw_only=True):
    """The whole object."""

    api_version: str
    kind: str
    metadata: ObjectMeta
    spec: GatewaySpec
    status: IstioStatus = IstioStatus()


def validate(found: Gateway) -> Iterator[Fault]:
    """Yield what is wrong beyond the schema."""
    spec = found.spec
    yield from selector_faults("spec.selector", spec.selector)
    if not spec.servers:
        yield Fault("spec.servers", "is required: at least one server")
    ports: set[str] = set()
    names: set[str] = set()
    for index, server in enumerate(spec.servers):
        path = f"spec.servers[{index}]"
        yield from _server_faults(path, server)
        if server.port.name in ports:
            yield Fault(f"{path}.port.name", f'there is a port "{server.port.name}" already', "port names are unique")
        if server.name and server.name in names:
            yield Fault(f"{path}.name", f'there is a server "{server.name}" already')
        ports.add(server.port.name)
        names.add(server.name)


def _server_faults(path: str, server: Server) -> Iterator[Fault]:
    if not server.hosts:
        yield Fault(f"{path}.hosts", 'is required: at least one host, "*" for any')
    for index, host in enumerate(server.hosts):
        yield from _host_faults(f"{path}.hosts[{index}]", host)
    yield from _port_faults(path, server)
    yield from _tls_faults(path, server)


def _host_faults(path: str, text: str) -> Iterator[Fault]:
    namespace, slash, host = text.rpartition("/")
    if slash and namespace not in ("*", ".") and not is_label(namespace):
        yield Fault(path, f'"{text}": invalid namespace value "{namespace}"', '"*", "." or a namespace')
    if is_ip(host):
        return
    faults = list(wildcard_name_faults(path, host))
    if not faults and "." not in host and "*" not in host:
        fix = "give the full name that clients use"
        yield Fault(path, f'"{host}": short names (non FQDN) are not allowed', fix)
    for fault in faults:
        yield Fault(path, f"{fault.message} (invalid domain name)", fault.fix)


def _port_faults(path: str, server: Server) -> Iterator[Fault]:
    port = server.port
    if not port.name:
        yield Fault(f"{path}.port.name", "is required: a port name")
    elif not is_any_case_label(port.name):
        yield Fault(f"{path}.port.name", f'"{port.name}" is not a port name: letters, digits and "-"')
    yield from protocol_faults(f"{path}.port.protocol", port.protocol)
    if server.bind.startswith("unix://"):
        if port.number:
            message = f"{port.number}: port number must be 0 for unix domain socket"
            yield Fault(f"{path}.port.number", message)
        if server.bind[7:8] not in ("/", "@"):
            yield Fault(f"{path}.bind", "a socket's path is absolute, or begins with @")
        return
    if server.bind:
        yield from ip_faults(f"{path}.bind", server.bind)
    for fault in port_faults(f"{path}.port.number", port.number):
        yield Fault(fault.path, f"port number {fault.message}", fault.fix)


def _tls_faults(path: str, server: Server) -> Iterator[Fault]:
    protocol = server.port.protocol.upper()
    tls = server.tls
    if tls is None:
        if protocol in _WITH_TLS:
            yield Fault(f"{path}.tls", f"is required for protocol {protocol}", "as tls: {mode: PASSTHROUGH}")
        return
    yield from server_tls_faults(f"{path}.tls", tls)
    if protocol in _HTTP and (tls.sources or tls.mode != "PASSTHROUGH"):
        fix = "use protocol HTTPS; protocol HTTP takes only httpsRedirect"
        yield Fault(f"{path}.tls", f"a server of protocol {protocol} terminates no TLS", fix)
    if protocol == "TCP" and tls.mode in ("PASSTHROUGH", "AUTO_PASSTHROUGH") and not tls.https_redirect:
        yield Fault(f"{path}.tls", "protocol TCP does not look into TLS: ignored", "use protocol TLS", "warning")
    if tls.https_redirect and protocol in _WITH_TLS:
        message = "redirects plain HTTP to HTTPS: this server takes no plain HTTP"
        yield Fault(f"{path}.tls.httpsRedirect", message, "put it on the server of protocol HTTP", "warning")


SPEC = KindSpec(
    group="networking.istio.io",
    kind="Gateway",
    plural="gateways",
    versions=("v1", "v1beta1", "v1alpha3"),
    short_names=("gw",),
    categories=("istio-io", "networking-istio-io"),
    model=Gateway,
    validate=validate,
    columns=(AGE,),
)
