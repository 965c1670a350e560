"""Read from Services and EndpointSlices what DNS tells of each service. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Iterator

from lateen.base.refs import Key
from lateen.runtime.service_table import SERVICE_NAME, Json, addresses, ready_endpoints
from lateen.runtime.zone import NamedService, Port


def named_services(services: Iterable[Json], slices: Iterable[Json]) -> Iterator[NamedService]:
    """Every service that has something to tell: an address, an alias, or ready endpoints of its own."""
    by_service: dict[Key, list[Json]] = defaultdict(list)
    for raw in slices:
        if name := (raw["metadata"].get("labels") or {}).get(SERVICE_NAME):
            by_service[Key(raw["metadata"]["namespace"], name)].append(raw)
    for service in services:
        key = Key(service["metadata"]["namespace"], service["metadata"]["name"])
        yield _named(service, key, by_service[key])


def _named(service: Json, key: Key, slices: list[Json]) -> NamedService:
    spec = service["spec"]
    if spec.get("type") == "ExternalName":
        return NamedService(key.name, key.namespace, alias=spec["externalName"])
    if own := addresses(service):
        return NamedService(key.name, key.namespace, address=own[0], ports=_service_ports(service))
    return NamedService(key.name, key.namespace, ports=_target_ports(service, slices), hosts=_hosts(slices))


def _service_ports(service: Json) -> tuple[Port, ...]:
    return tuple(
        Port(port.get("name") or "", (port.get("protocol") or "TCP").lower(), port["port"])
        for port in service["spec"].get("ports") or ()
    )


def _target_ports(service: Json, slices: list[Json]) -> tuple[Port, ...]:
    """Of a headless service clients reach the pods themselves, at the pods' own ports."""
    ready = ready_endpoints(slices)
    return tuple(
        Port(port.name, port.protocol, ready[port.name][0].port)
        for port in _service_ports(service)
        if ready.get(port.name)
    )


def _hosts(slices: list[Json]) -> dict[str, str]:
    return {
        endpoint.get("hostname") or address.replace(".", "-"): address
        for raw in slices
        for endpoint in raw.get("endpoints") or ()
        if (endpoint.get("conditions") or {}).get("ready", True)
        for address in endpoint["addresses"]
    }
