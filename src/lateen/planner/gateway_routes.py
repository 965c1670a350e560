"""Route tables of gateways, put together from what each rule and server adds to a virtual host."""

from collections.abc import Iterable, Iterator

from msgspec import Struct

from lateen.base.refs import Origin
from lateen.plan.route import Route, RouteConfig, VirtualHost
from lateen.planner.gateway import GatewayRules, Server
from lateen.planner.matches import is_catch_all
from lateen.planner.route_tables import plan_table
from lateen.planner.routes import plan_routes
from lateen.planner.site import Place
from lateen.planner.traffic import Traffic

NOBODY = "blackhole"


class BoundServer(Struct, frozen=True, kw_only=True):
    """A server as a gateway proxy has it: `port` is where it listens."""

    gateway: GatewayRules
    index: int
    port: int

    @property
    def server(self) -> Server:
        """The server itself."""
        return self.gateway.servers[self.index]

    @property
    def table(self) -> str:
        """The name of its route table: servers of plain HTTP on one port share theirs. "" without HTTP."""
        server, gateway = self.server, self.gateway
        if server.carries == "http":
            return f"http.{self.port}"
        if server.carries == "https":
            return f"https.{server.number}.{server.name}.{gateway.name}.{gateway.namespace}"
        return ""


class HostPiece(Struct, frozen=True, kw_only=True):
    """What a rule, or a server itself, adds to the virtual host of a host and server port."""

    host: str
    port: int
    age: tuple[str, str, str]
    routes: tuple[Route, ...] = ()
    redirect: bool = False
    origin: Origin = Origin()

    @property
    def name(self) -> str:
        """The name of the virtual host."""
        return f"{self.host or NOBODY}:{self.port}"


def server_pieces(bound: BoundServer) -> Iterator[HostPiece]:
    """Yield what a server adds without any rules: that it is there, and its redirects."""
    server, age = bound.server, bound.gateway.age
    yield HostPiece(host="", port=server.number, age=age, origin=server.origin)
    for host in dict.fromkeys(one.host for one in server.hosts if server.isolated and one.host != "*"):
        yield HostPiece(host=host, port=server.number, age=age, origin=server.origin)
    for host in dict.fromkeys(one.host for one in server.hosts if server.redirect):
        yield HostPiece(host=host, port=server.number, age=age, redirect=True, origin=server.origin)


def rule_pieces(bound: BoundServer, rules: Traffic, place: Place) -> Iterator[HostPiece]:
    """Yield what rules add to the virtual hosts of a server's table."""
    server = bound.server
    routes = plan_routes(rules, place)
    if not routes:
        return
    hosts = (taken for host in rules.hosts for taken in server.taken(host, rules.namespace))
    for host in dict.fromkeys(hosts):
        yield HostPiece(host=host, port=server.number, age=rules.age, routes=routes, origin=rules.origin)


def plan_host(pieces: Iterable[HostPiece]) -> VirtualHost:
    """Plan a virtual host of all pieces for it: their routes one after another, the oldest first, with
    those that take everything last."""
    parts = sorted(pieces, key=lambda piece: piece.age)
    routes = dict.fromkeys(route for piece in parts for route in piece.routes)
    first = next((piece for piece in parts if piece.routes), parts[0])
    return VirtualHost(
        name=first.name,
        domains=(first.host or "*",),
        routes=tuple(sorted(routes, key=lambda route: is_catch_all(route.match))),
        require_tls=any(piece.redirect for piece in parts),
        origin=first.origin,
    )


def plan_gateway_table(name: str, hosts: Iterable[VirtualHost]) -> RouteConfig:
    """Plan a table; where no rule gives it a host, it answers everything with 404."""
    hosts = list(hosts)
    real = [host for host in hosts if host.routes or host.require_tls or not host.name.startswith(NOBODY)]
    return plan_table(name, real or hosts[:1])
