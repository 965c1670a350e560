"""Routing rules of a VirtualService, with its names resolved, and which of several a client obeys."""

from collections.abc import Iterable, Iterator, Mapping

from msgspec import Struct

from lateen.base.hosts import closeness, covers, fqdn
from lateen.base.refs import Origin
from lateen.kinds.networking.destination import Destination
from lateen.kinds.networking.http_route import HTTPRoute
from lateen.kinds.networking.virtual_service import VirtualServiceSpec
from lateen.kinds.object import Object, line_of
from lateen.planner.sidecar import EVERYTHING, Egress
from lateen.planner.site import MESH_GATEWAY
from lateen.registry.visibility import export_to, sees

ROUTE_SEMANTICS = "internal.istio.io/route-semantics"


class HttpRule(Struct, frozen=True):
    """A rule for HTTP, and where it was written."""

    route: HTTPRoute
    origin: Origin


class Traffic(Struct, frozen=True, kw_only=True):
    """A VirtualService. `hosts`: full names, in lower case, () = it is a delegate; `gateways`: "mesh" or
    "namespace/name". `http`: the rules of `spec.http`, or those of delegates in their place. `gateway_semantics`: it
    stands for a route of the Gateway API, whose TLS rules hold where a gateway ends TLS too."""

    namespace: str
    name: str
    hosts: tuple[str, ...]
    gateways: tuple[str, ...]
    exports: tuple[str, ...]
    spec: VirtualServiceSpec
    http: tuple[HttpRule, ...] = ()
    gateway_semantics: bool = False
    created: str = ""
    origin: Origin = Origin()
    lines: Mapping[str, int] = {}

    @property
    def rank(self) -> tuple[int, tuple[str, str, str]]:
        """Sort key of those for one host, the one that counts first: what only its own namespace sees before what
        some see, and that before what all see; then the oldest."""
        seen = 0 if self.exports == (self.namespace,) else 1 if "*" not in self.exports else 2
        return (seen, self.age)

    @property
    def age(self) -> tuple[str, str, str]:
        """Sort key: the oldest first, then by namespace and name."""
        return (self.created, self.namespace, self.name)

    def origin_at(self, path: str) -> Origin:
        """Return where the field at `path` was written."""
        line = line_of(self.lines, path) if self.lines else self.origin.line
        return self.origin._replace(field=path, line=line)


def traffic(found: Object, default_exports: tuple[str, ...]) -> Traffic:
    """Resolve the names in a VirtualService: hosts and gateways are relative to its namespace."""
    spec: VirtualServiceSpec = found.model.spec
    return Traffic(
        namespace=found.namespace,
        name=found.name,
        hosts=tuple(dict.fromkeys(fqdn(host, found.namespace).lower() for host in spec.hosts)),
        gateways=gateway_names(spec.gateways, found.namespace) or (MESH_GATEWAY,),
        exports=export_to(spec.export_to, found.namespace, default_exports),
        spec=spec,
        http=tuple(HttpRule(rule, found.origin_at(f"spec.http[{index}]")) for index, rule in enumerate(spec.http)),
        gateway_semantics=found.annotations.get(ROUTE_SEMANTICS) == "gateway",
        created=found.created,
        origin=found.origin,
        lines=found.lines,
    )


def choose_traffic(rules: Iterable[Traffic], host: str, namespace: str, egress: Egress = EVERYTHING) -> Traffic | None:
    """Choose which rules sidecars in `namespace` obey for a host on a listener: the closest host, then the
    first in rank."""
    found = [
        (closeness(pattern), one.rank, one)
        for one in rules
        if sees(one.exports, namespace) and (egress == EVERYTHING or egress.obeys(one.namespace, one.hosts))
        for pattern in one.hosts
        if covers(pattern, host)
    ]
    return min(found, key=lambda entry: entry[:2])[2] if found else None


def destinations(one: Traffic) -> Iterator[tuple[str, int]]:
    """Yield where rules send to: hosts in full, and ports, 0 = not said."""
    spec = one.spec
    for rule in one.http:
        route = rule.route
        found = [target.destination for target in route.route] + [mirror.destination for mirror in route.mirrors]
        yield from (_target(to, one.namespace) for to in (*found, *([route.mirror] if route.mirror else ())))
    routes = (*(rule.route for rule in spec.tls), *(rule.route for rule in spec.tcp))
    yield from (_target(to.destination, one.namespace) for route in routes for to in route)


def _target(destination: Destination, namespace: str) -> tuple[str, int]:
    port = destination.port.number if destination.port else 0
    return fqdn(destination.host, namespace).lower(), port


def gateway_names(names: Iterable[str], namespace: str) -> tuple[str, ...]:
    """Resolve gateway names: "mesh" stands, a bare name is in `namespace`."""
    return tuple(name if name == MESH_GATEWAY or "/" in name else f"{namespace}/{name}" for name in names)
