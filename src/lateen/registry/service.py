"""A service: a host name with ports, wherever it was declared."""

from typing import Literal, NamedTuple

from msgspec import Struct

from lateen.base.refs import Key, Origin

Protocol = Literal["http", "http2", "grpc", "grpc-web", "https", "tls", "tcp", "mongo", "mysql", "redis", "udp", "auto"]
Resolution = Literal["EDS", "HEADLESS", "NONE", "DNS", "DNS_ROUND_ROBIN", "DYNAMIC_DNS", "ALIAS"]
Pairs = tuple[tuple[str, str], ...]

HTTP = frozenset({"http", "http2", "grpc", "grpc-web"})
_HTTP2 = frozenset({"http2", "grpc", "grpc-web"})
_TLS = frozenset({"https", "tls"})


class ServiceKey(NamedTuple):
    """A host may be declared in several namespaces; each declaration is a service of its own."""

    host: str
    namespace: str


class DeclarationKey(NamedTuple):
    """Several objects of one namespace may declare the same host."""

    host: str
    namespace: str
    kind: str
    name: str


class ServicePort(Struct, frozen=True):
    """One port of a service. `target`: the port of its endpoints, a number or a container port's name."""

    number: int
    name: str
    protocol: Protocol
    target: int | str

    @property
    def is_http(self) -> bool:
        """Say whether this port is declared to carry HTTP of some version."""
        return self.protocol in HTTP

    @property
    def is_http2(self) -> bool:
        """Say whether this port is declared to carry HTTP/2."""
        return self.protocol in _HTTP2

    @property
    def is_tls(self) -> bool:
        """Say whether clients bring their own TLS, to be told apart by SNI."""
        return self.protocol in _TLS

    @property
    def is_auto(self) -> bool:
        """Say whether the protocol must be sniffed."""
        return self.protocol == "auto"


class StaticEndpoint(Struct, frozen=True, kw_only=True):
    """An endpoint written into a ServiceEntry. `address`: an IP, `unix://` and a path or, with DNS resolution, a
    host name; `ports`: by port name, overriding the service's target port."""

    address: str
    ports: tuple[tuple[str, int], ...] = ()
    labels: Pairs = ()
    weight: int = 1
    service_account: str = ""
    locality: str = ""
    network: str = ""


class Service(Struct, frozen=True, kw_only=True):
    """A host and its ports.

    `datagrams`: its ports of UDP, to which only gateways send. `addresses`: virtual IPs, and CIDR blocks where a
    ServiceEntry gives them. `allocated`: virtual IPs, where it gives none, for clients whose names the mesh
    resolves. `resolution`: how endpoints are found: EDS (they are known), HEADLESS and NONE (where the client was
    going), DNS, DYNAMIC_DNS (by the host that a client asks for), ALIAS (another service, `alias_of`). `selector`:
    labels of the workloads behind it, in its own namespace. `translated`: gateways behind it listen on its target
    ports. `kubernetes`: declared by a Service (short names lead to it). `distribution`: PreferClose or another
    preference for endpoints that are near. `export_to`: namespaces that see it, "*" = all, () = none.
    """

    host: str
    namespace: str
    name: str
    ports: tuple[ServicePort, ...]
    datagrams: tuple[ServicePort, ...] = ()
    addresses: tuple[str, ...] = ()
    allocated: tuple[str, ...] = ()
    resolution: Resolution = "EDS"
    external: bool = False
    kubernetes: bool = False
    export_to: tuple[str, ...] = ("*",)
    selector: Pairs = ()
    endpoints: tuple[StaticEndpoint, ...] = ()
    subject_alt_names: tuple[str, ...] = ()
    translated: bool = True
    alias_of: str = ""
    distribution: str = ""
    created: str = ""
    origin: Origin = Origin()

    @property
    def key(self) -> ServiceKey:
        """The key of this service in the registry."""
        return ServiceKey(self.host, self.namespace)

    @property
    def declaration(self) -> DeclarationKey:
        """The key of this declaration."""
        return DeclarationKey(self.host, self.namespace, "Service" if self.kubernetes else "ServiceEntry", self.name)

    @property
    def object_key(self) -> Key:
        """The namespace and name of the object that declares it."""
        return Key(self.namespace, self.name)

    @property
    def age(self) -> tuple[str, str, str]:
        """Sort key: the oldest declaration first, then by namespace and name."""
        return (self.created, self.namespace, self.name)

    @property
    def at_allocated(self) -> bool:
        """Say whether its addresses are those that were allocated: nobody but the mesh knows them."""
        return bool(self.addresses) and set(self.addresses) <= set(self.allocated)

    def visible_to(self, namespace: str) -> bool:
        """Say whether clients in `namespace` see this service."""
        return "*" in self.export_to or namespace in self.export_to

    def port(self, number: int) -> ServicePort | None:
        """Return the port with this number."""
        return next((port for port in self.ports if port.number == number), None)

    def datagram_port(self, number: int) -> ServicePort | None:
        """Return the port of UDP with this number."""
        return next((port for port in self.datagrams if port.number == number), None)
