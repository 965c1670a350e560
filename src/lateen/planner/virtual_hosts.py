"""Virtual hosts of a sidecar: the routes to each service, per route table."""

from collections.abc import Iterable, Iterator

from lateen.plan.matching import RouteMatch
from lateen.plan.route import Destination, Forward, Route, VirtualHost
from lateen.planner import names
from lateen.planner.client import Client
from lateen.planner.domains import domains
from lateen.planner.retries import plan_retries
from lateen.planner.site import MESH_GATEWAY, Directory, Place, Site
from lateen.planner.traffic import Traffic
from lateen.planner.virtual_service import plan_routes
from lateen.registry.service import Service, ServicePort

# Hosts that rules name and no service has are looked for on this port.
UNKNOWN_HOSTS_PORT = 80

TableHost = tuple[str, VirtualHost]


def table_of(service: Service, port: ServicePort) -> str:
    """Name the table that routes HTTP of a service's port; "" when it carries none.

    A sniffed port with an address of its own has a table of its own.
    """
    if port.is_http:
        return str(port.number)
    if not port.is_auto:
        return ""
    return f"{service.host}:{port.number}" if listens_alone(service) else str(port.number)


def listens_alone(service: Service) -> bool:
    """Say whether connections to a service can be told by their address alone."""
    return service.resolution == "HEADLESS" or any("/" not in address for address in service.addresses)


def plan_hosts(
    service: Service, aliases: Iterable[Service], rules: Traffic | None, client: Client, directory: Directory
) -> Iterator[TableHost]:
    """Plan a service's virtual hosts, each with the name of its table, for sidecars of `client`."""
    found: tuple[str, ...] = ()
    for port in service.ports:
        table = table_of(service, port)
        if not table:
            continue
        alone = ":" in table
        if not alone:
            found = found or domains(service, aliases, client.namespace)
        yield (
            table,
            VirtualHost(
                name=f"{service.host}:{port.number}",
                domains=("*",) if alone else found,
                routes=_routes(service, port, rules, client, directory),
                origin=rules.origin if rules else service.origin,
            ),
        )


def plan_unknown_host(host: str, rules: Traffic, client: Client, directory: Directory) -> TableHost | None:
    """Plan the virtual host of a host that only rules know; None when they have no routes for it."""
    routes = plan_routes(rules, Place(rules.namespace, _site(client, UNKNOWN_HOSTS_PORT), directory))
    if not routes:
        return None
    name = f"{host}:{UNKNOWN_HOSTS_PORT}"
    return str(UNKNOWN_HOSTS_PORT), VirtualHost(name=name, domains=(host,), routes=routes, origin=rules.origin)


def _routes(
    service: Service, port: ServicePort, rules: Traffic | None, client: Client, directory: Directory
) -> tuple[Route, ...]:
    """Return the rules' routes, or the one to the service itself where they say nothing of this port to
    this client."""
    place = Place(rules.namespace if rules else service.namespace, _site(client, port.number), directory)
    routes = plan_routes(rules, place) if rules is not None else ()
    if routes:
        return routes
    upstream = names.outbound(port.number, "", service.host)
    key = directory.hash_key(service.host, port.number, "")
    action = Forward(
        destinations=(Destination(upstream=upstream),),
        retries=plan_retries(client.mesh.retries),
        hashing=(key,) if key else (),
    )
    return (Route(name="default", match=RouteMatch(), action=action, origin=service.origin),)


def _site(client: Client, port: int) -> Site:
    return Site(
        namespace=client.namespace,
        gateway=MESH_GATEWAY,
        port=port,
        labels=client.labels,
        retries=client.mesh.retries,
    )
