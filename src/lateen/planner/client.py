"""Clients: the scopes that call services, and which service they mean by a host."""

from collections.abc import Callable, Collection, Iterable, Mapping

from msgspec import Struct, structs

from lateen.planner import names
from lateen.planner.dns_capture import USUAL, DnsCapture
from lateen.planner.sidecar import EVERYTHING, Egress
from lateen.reactive import Read
from lateen.registry.mesh import Mesh
from lateen.registry.registry import Registry
from lateen.registry.service import Service
from lateen.registry.workload import Workload


class Client(Struct, frozen=True, kw_only=True):
    """Who calls: proxies in `namespace` with these `labels` (those that rules read), in a mesh so set. `workload`:
    what services see of them. `egress`: what their Sidecar lets them know; `egress_proxy`: the upstream that gets
    what no service claims, "" = none. `dns`: how far the mesh resolves the names that they ask for.
    `gateway`: they are gateways."""

    namespace: str
    labels: Mapping[str, str]
    mesh: Mesh
    workload: Workload | None = None
    egress: tuple[Egress, ...] = (EVERYTHING,)
    egress_proxy: str = ""
    dns: DnsCapture = USUAL
    gateway: bool = False

    @property
    def unclaimed(self) -> str:
        """The upstream of traffic that no service claims."""
        onward = self.egress_proxy or names.PASSTHROUGH
        return onward if self.mesh.allow_any else names.BLACK_HOLE

    @property
    def unclaimed_http(self) -> str:
        """The same of requests, whose host may be looked up."""
        return names.DYNAMIC_DNS if self.mesh.dynamic_dns and not self.egress_proxy else self.unclaimed

    def at(self, port: int) -> Egress | None:
        """Return the egress listener that has a port: the one that names it, else the one for all others."""
        return next((one for number in (port, 0) for one in self.egress if _has(one, number)), None)

    def known(self, declared: Iterable[Service], egress: Egress) -> Service | None:
        """Return what the client means by a host on one of its listeners, with the ports that the listener has;
        None when it knows none."""
        if egress != EVERYTHING:
            declared = (one for one in declared if egress.imports(one.namespace, one.host))
        found = meant(declared, self.namespace)
        if found is None or egress.is_socket or (len(self.egress) == 1 and not egress.port):
            return found
        return narrowed(found, {port.number for port in found.ports if self.at(port.number) is egress})

    def addressed(self, service: Service) -> Service:
        """Return a service with the addresses that the client reaches it at: allocated ones, where names lead to
        them."""
        if service.addresses or not service.allocated or not self.dns.allocates:
            return service
        kept = tuple(ip for ip in service.allocated if self.dns.has(ip))
        return structs.replace(service, addresses=kept) if kept else service


def narrowed(service: Service, ports: Collection[int]) -> Service | None:
    """Return a service with these ports only, None when it has none of them."""
    kept = tuple(port for port in service.ports if port.number in ports)
    if len(kept) == len(service.ports):
        return service
    return structs.replace(service, ports=kept) if kept else None


def _has(egress: Egress, port: int) -> bool:
    return egress.port == port and not egress.is_socket


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
