"""The place at which routing rules are read: which proxy, on which port; and what is known there."""

from collections.abc import Callable, Iterable, Mapping

from msgspec import Struct

from lateen.base.selectors import matches
from lateen.kinds.networking.retries import HTTPRetry
from lateen.plan.listener import Tunnel
from lateen.plan.route_policy import HashKey
from lateen.registry.service import Service

MESH_GATEWAY = "mesh"


def gateway_names(names: Iterable[str], namespace: str) -> tuple[str, ...]:
    """Resolve gateway names: "mesh" stands, a bare name is in `namespace`."""
    return tuple(name if name == MESH_GATEWAY or "/" in name else f"{namespace}/{name}" for name in names)


def no_hash_key(host: str, port: int, subset: str) -> HashKey | None:
    """Find no key: nothing is said of the destination."""
    return None


class Carriage(Struct, frozen=True):
    """How bytes are carried to a destination; times as a TcpProxy has them."""

    idle_ms: int = -1
    max_duration_ms: int = 0
    tunnel: Tunnel | None = None


NO_CARRIAGE = Carriage()


def no_carriage(host: str, port: int, subset: str) -> Carriage | None:
    """Find nothing said of the destination."""
    return None


class Directory(Struct, frozen=True):
    """What a client knows of others. `service`: what it means by a host, None when there is none.
    `hash_key`: by what requests to a host, port and subset are hashed, None where they are not.
    `carriage`: how bytes are carried there, None where nothing is said of it."""

    service: Callable[[str], Service | None]
    hash_key: Callable[[str, int, str], HashKey | None] = no_hash_key
    carriage: Callable[[str, int, str], Carriage | None] = no_carriage


class Site(Struct, frozen=True, kw_only=True):
    """`namespace` and `labels`: of the client (labels only as far as rules tell clients apart by them).
    `gateway`: "mesh" for sidecars, else "namespace/name" of the Gateway. `port`: the service's or
    server's. `tls`: requests come in by HTTPS. `retries`: the mesh's default, None = Istio's."""

    namespace: str
    gateway: str
    port: int
    labels: Mapping[str, str] = {}
    tls: bool = False
    retries: HTTPRetry | None = None


class Where(Struct, frozen=True, kw_only=True):
    """A condition on where a request comes in and comes from; what is not said holds. `gateways`: "mesh" or
    "namespace/name"."""

    port: int = 0
    gateways: tuple[str, ...] = ()
    namespace: str = ""
    labels: Mapping[str, str] = {}

    def holds(self, site: Site) -> bool:
        """Say whether it holds at `site`."""
        if self.port and self.port != site.port:
            return False
        if self.gateways and site.gateway not in self.gateways:
            return False
        if self.namespace and self.namespace != site.namespace:
            return False
        return matches(self.labels, site.labels)


EVERYWHERE = Where()


class Place(Struct, frozen=True):
    """Where rules are read: the site, and what is known there of other services."""

    site: Site
    directory: Directory
