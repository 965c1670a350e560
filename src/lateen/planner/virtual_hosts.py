"""Virtual hosts of a sidecar: the routes to each service, per route table."""

from collections.abc import Iterable, Iterator

from msgspec import structs

from lateen.plan.matching import RouteMatch
from lateen.plan.route import Destination, Forward, Route, VirtualHost
from lateen.planner import names
from lateen.planner.domains import domains
from lateen.planner.retries import plan_retries
from lateen.planner.routes import plan_routes
from lateen.planner.sidecar import Egress
from lateen.planner.sight import Sight
from lateen.registry.service import Service, ServicePort

TableHost = tuple[str, VirtualHost]


def table_of(service: Service, port: ServicePort, egress: Egress) -> str:
    """Name the table that routes HTTP of a service's port on a listener; "" when it carries none.

    A sniffed port with an address of its own has a table of its own.
    """
    if not (port.is_http or port.is_auto) or not egress.http:
        return ""
    if egress.is_socket:
        return egress.address
    alone = port.is_auto and not egress.address and listens_alone(service)
    return own_table(service, port) if alone else str(port.number)


def own_table(service: Service, port: ServicePort) -> str:
    """Name the table of what is sent to the addresses of a service, whatever host is asked for there."""
    return f"{service.host}:{port.number}"


def listens_alone(service: Service) -> bool:
    """Say whether connections to a service can be told by their address alone."""
    return service.resolution == "HEADLESS" or any("/" not in address for address in service.addresses)


def by_address(service: Service, sight: Sight) -> bool:
    """Say whether requests to a service's addresses are told by these, and not by the host that they ask for."""
    plain = service.resolution == "EDS" and listens_alone(service)
    return plain and sight.by_address and sight.egress.http and not sight.egress.address


def plan_hosts(service: Service, aliases: Iterable[Service], sight: Sight) -> Iterator[TableHost]:
    """Plan a service's virtual hosts, each with the name of its table, for sidecars of a client."""
    found: tuple[str, ...] = ()
    for port in service.ports:
        table, own = table_of(service, port, sight.egress), own_table(service, port)
        if not table:
            continue
        if table != own:
            found = found or domains(service, aliases, sight.client.namespace)
        host = VirtualHost(
            name=own,
            domains=("*",) if table == own else found,
            routes=_routes(service, port, sight),
            origin=sight.rules.origin if sight.rules else service.origin,
        )
        yield table, host
        if table != own and by_address(service, sight):
            yield own, structs.replace(host, domains=("*",))


def _routes(service: Service, port: ServicePort, sight: Sight) -> tuple[Route, ...]:
    """Return the rules' routes, or the one to the service itself where they say nothing of this port to
    this client."""
    rules = sight.rules
    routes = plan_routes(rules, sight.place(port.number)) if rules is not None else ()
    if routes:
        return routes
    upstream = names.outbound(port.number, "", service.host)
    key = sight.directory.hash_key(service.host, port.number, "")
    action = Forward(
        destinations=(Destination(upstream=upstream),),
        retries=plan_retries(sight.client.mesh.retries),
        hashing=(key,) if key else (),
    )
    return (Route(name="default", match=RouteMatch(), action=action, origin=service.origin),)
