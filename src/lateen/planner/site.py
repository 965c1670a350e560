"""The place at which routing rules are read: which proxy, on which port."""

from collections.abc import Callable, Mapping

from msgspec import Struct

from lateen.kinds.networking.retries import HTTPRetry
from lateen.registry.service import Service

MESH_GATEWAY = "mesh"

# Find the service that a client of this scope means by a host, None when there is none.
Lookup = Callable[[str], Service | None]


class Site(Struct, frozen=True, kw_only=True):
    """`namespace` and `labels`: of the client (labels only as far as rules tell clients apart by them).
    `gateway`: "mesh" for sidecars, else "namespace/name" of the Gateway. `port`: the service's or
    server's. `retries`: the mesh's default, None = Istio's."""

    namespace: str
    gateway: str
    port: int
    labels: Mapping[str, str] = {}
    retries: HTTPRetry | None = None
