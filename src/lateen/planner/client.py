"""Clients: the scopes that call services, and which service they mean by a host."""

from collections.abc import Callable, Iterable, Mapping

from msgspec import Struct

from lateen.reactive import Read
from lateen.registry.mesh import Mesh
from lateen.registry.registry import Registry
from lateen.registry.service import Service
from lateen.registry.workload import Workload


class Client(Struct, frozen=True, kw_only=True):
    """Who calls: proxies in `namespace` with these `labels` (those that rules read), in a mesh so set. `workload`:
    what services see of them."""

    namespace: str
    labels: Mapping[str, str]
    mesh: Mesh
    workload: Workload | None = None


def meant(declared: Iterable[Service], namespace: str) -> Service | None:
    """Return which declaration of a host clients in `namespace` see: their own before all others, which
    come in order; None when they see none."""
    seen = [service for service in declared if service.visible_to(namespace)]
    own = (service for service in seen if service.namespace == namespace)
    return next(own, seen[0] if seen else None)


def finder(read: Read, registry: Registry, namespace: str) -> Callable[[str], Service | None]:
    """Return what finds services by host for clients in `namespace`."""

    def find(host: str) -> Service | None:
        declared = read.get(registry.hosts, host)
        return meant(declared, namespace) if declared else None

    return find
