"""Read from Services and EndpointSlices which address and port leads to which ready endpoints. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from lateen.base.refs import Key
from lateen.runtime.services import Backends, Endpoint, Front

Json = Mapping[str, Any]

SERVICE_NAME = "kubernetes.io/service-name"

# Service port name → ready endpoints.
Ready = Mapping[str, tuple[Endpoint, ...]]


def service_table(services: Iterable[Json], slices: Iterable[Json]) -> dict[Front, Backends]:
    """The table of all services that have an address of their own. Endpoints are sorted."""
    by_service: dict[Key, list[Json]] = defaultdict(list)
    for raw in slices:
        if name := (raw["metadata"].get("labels") or {}).get(SERVICE_NAME):
            by_service[Key(raw["metadata"]["namespace"], name)].append(raw)
    table: dict[Front, Backends] = {}
    for service in services:
        key = Key(service["metadata"]["namespace"], service["metadata"]["name"])
        table.update(_fronts(service, ready_endpoints(by_service[key])))
    return table


def ready_endpoints(slices: Iterable[Json]) -> dict[str, tuple[Endpoint, ...]]:
    """The ready endpoints of one service's slices by port name. An endpoint that does not say is ready."""
    found: dict[str, set[Endpoint]] = defaultdict(set)
    for raw in slices:
        addresses = [
            address
            for endpoint in raw.get("endpoints") or ()
            if (endpoint.get("conditions") or {}).get("ready", True)
            for address in endpoint["addresses"]
        ]
        for port in raw.get("ports") or ():
            found[port.get("name") or ""].update(Endpoint(address, port["port"]) for address in addresses)
    return {name: tuple(sorted(endpoints)) for name, endpoints in found.items()}


def addresses(service: Json) -> list[str]:
    """The service's own IPv4 addresses: cluster and external; none when it is headless or an alias."""
    spec = service["spec"]
    cluster = spec.get("clusterIPs") or [spec.get("clusterIP") or "None"]
    own = [ip for ip in (*cluster, *(spec.get("externalIPs") or ())) if ip not in ("", "None") and ":" not in ip]
    return [] if spec.get("type") == "ExternalName" else own


def _fronts(service: Json, ready: Ready) -> Iterable[tuple[Front, Backends]]:
    sticky = service["spec"].get("sessionAffinity") == "ClientIP"
    for ip in addresses(service):
        for port in service["spec"].get("ports") or ():
            front = Front(ip, (port.get("protocol") or "TCP").lower(), port["port"])
            yield front, Backends(ready.get(port.get("name") or "", ()), sticky)
