"""Gateways: which servers a Gateway asks for, and which host names each of them takes."""

from collections.abc import Iterator, Mapping
from typing import Literal

from msgspec import Struct

from lateen.base.hosts import overlap
from lateen.base.refs import Origin
from lateen.kinds.networking.gateway import Gateway
from lateen.kinds.networking.gateway import Server as KindServer
from lateen.kinds.object import Object
from lateen.plan.listener import DownstreamTls
from lateen.planner import names
from lateen.planner.server_tls import downstream_tls
from lateen.registry import protocols

# Which services lead to a gateway, by host, comma-separated: on Gateways made from those of the Gateway API.
GATEWAY_SERVICE = "internal.istio.io/gateway-service"

# http: HTTP in the clear. https: HTTP in TLS that ends here. tls: bytes in TLS that ends here. sni: TLS
# that passes through, told by its SNI. tcp: bytes. udp: datagrams.
Carries = Literal["http", "https", "tls", "sni", "tcp", "udp"]


class ServerHost(Struct, frozen=True):
    """A host that a server takes, from rules in `namespace` ("*" = any)."""

    namespace: str
    host: str


class Server(Struct, frozen=True, kw_only=True):
    """One server of a Gateway. `number`, `name`: of its port; `redirect`: HTTP is sent to HTTPS; `mongo`: its bytes are
    MongoDB's; `isolated`: its hosts are its own, though no rule is for them."""

    number: int
    name: str
    carries: Carries
    hosts: tuple[ServerHost, ...]
    bind: str = names.ANY_ADDRESS
    tls: DownstreamTls | None = None
    redirect: bool = False
    mongo: bool = False
    isolated: bool = False
    origin: Origin = Origin()

    def taken(self, host: str, namespace: str) -> Iterator[str]:
        """Yield which hosts this server takes when a rule in `namespace` is for `host`: of each pair that
        overlaps, the closer one."""
        for one in self.hosts:
            if one.namespace not in ("*", namespace):
                continue
            if (both := overlap(one.host, host)) is not None:
                yield both

    @property
    def server_names(self) -> tuple[str, ...]:
        """The SNI of connections to this server; () = any."""
        hosts = tuple(dict.fromkeys(one.host for one in self.hosts))
        return () if "*" in hosts else hosts


class GatewayRules(Struct, frozen=True, kw_only=True):
    """A Gateway. `selector`: labels of the proxies it is for, {} = all gateways. `services`: hosts of the only services
    through whose ports it is reached, () = any, or its own ports."""

    namespace: str
    name: str
    selector: Mapping[str, str]
    servers: tuple[Server, ...]
    services: tuple[str, ...] = ()
    created: str = ""

    @property
    def reference(self) -> str:
        """How rules name this gateway."""
        return f"{self.namespace}/{self.name}"

    @property
    def age(self) -> tuple[str, str, str]:
        """Sort key: the oldest first, then by namespace and name."""
        return (self.created, self.namespace, self.name)


def gateway_rules(found: Object) -> GatewayRules:
    """Read a Gateway."""
    kind: Gateway = found.model
    return GatewayRules(
        namespace=found.namespace,
        name=found.name,
        selector=kind.spec.selector,
        servers=tuple(_servers(found, kind)),
        services=tuple(host for host in found.annotations.get(GATEWAY_SERVICE, "").split(",") if host),
        created=found.created,
    )


def _servers(found: Object, kind: Gateway) -> Iterator[Server]:
    for index, server in enumerate(kind.spec.servers):
        carries = _carries(server)
        tls = server.tls
        yield Server(
            number=server.port.number,
            name=server.port.name,
            carries=carries,
            hosts=tuple(_host(text, found.namespace) for text in server.hosts),
            bind=server.bind or names.ANY_ADDRESS,
            tls=downstream_tls(tls) if tls is not None and carries in ("https", "tls") else None,
            redirect=carries == "http" and tls is not None and tls.https_redirect,
            mongo=protocols.named(server.port.protocol) == "mongo",
            origin=found.origin_at(f"spec.servers[{index}]"),
        )


def _carries(server: KindServer) -> Carries:
    protocol = protocols.named(server.port.protocol)
    mode = server.tls.mode if server.tls else None
    if protocol in ("https", "tls"):
        if mode in ("PASSTHROUGH", "AUTO_PASSTHROUGH", None):
            return "sni"
        return "https" if protocol == "https" else "tls"
    return "http" if protocol in ("http", "http2", "grpc", "grpc-web") else "tcp"


def _host(text: str, namespace: str) -> ServerHost:
    said, slash, host = text.rpartition("/")
    if not slash:
        return ServerHost("*", host.lower())
    return ServerHost(namespace if said == "." else said, host.lower())
