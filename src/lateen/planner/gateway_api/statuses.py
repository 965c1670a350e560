"""What is to be said of the Gateway API's objects, as a collection."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from lateen.base.refs import Key
from lateen.kinds.object import Object
from lateen.planner.gateway_api.backends import Reference
from lateen.planner.gateway_api.gateway import CONTROLLER, KIND, ApiGateway, service_keys
from lateen.planner.gateway_api.gateway_parent import is_gateway
from lateen.planner.gateway_api.gateway_status import FEATURES, Reach, gateway_status
from lateen.planner.gateway_api.kinds import ROUTES
from lateen.planner.gateway_api.mesh import is_service
from lateen.planner.gateway_api.route_status import at_gateway, at_service, resolved
from lateen.planner.gateway_api.routes import ApiRoutes, RouteSources
from lateen.planner.gateway_api.status import ClassStatus, Condition, GatewayStatus, ParentStatus, RouteStatus, Status
from lateen.reactive import Collection, Engine, Read
from lateen.reactive.gather import union
from lateen.registry.endpoints import NO_ENDPOINTS
from lateen.registry.service import Service, ServiceKey

# An object: kind (`KindSpec.name`), namespace, name.
ObjectKey = tuple[str, str, str]


def build_statuses(engine: Engine, sources: RouteSources, routes: ApiRoutes) -> Collection[ObjectKey, Status]:
    """Build the collection; objects that are not ours to speak of have no row."""
    store = sources.store

    def of_route(kind: str) -> Collection[ObjectKey, Status]:
        def status(read: Read, key: Key, found: Object) -> Iterator[tuple[ObjectKey, Status]]:
            parents = tuple(_parents(read, sources, kind, found))
            if parents:
                yield (kind, *key), RouteStatus(found.meta.generation, parents)

        return engine.flat_map(f"statuses of {kind}s", store[kind], status)

    def of_gateway(read: Read, key: Key, found: ApiGateway) -> Iterator[tuple[ObjectKey, Status]]:
        yield (KIND, *key), _gateway(read, sources, routes, found)

    def of_class(read: Read, key: Key, found: Object) -> Iterator[tuple[ObjectKey, Status]]:
        if found.model.spec.controller_name == CONTROLLER:
            accepted = Condition("Accepted", True, "Accepted", "Handled by Lateen's controller")
            yield ("GatewayClass", *key), ClassStatus(found.meta.generation, (accepted,), FEATURES)

    return union(
        engine,
        "statuses of the Gateway API",
        *map(of_route, ROUTES),
        engine.flat_map("statuses of Gateways", sources.gateways.gateways, of_gateway),
        engine.flat_map("statuses of GatewayClasses", store["GatewayClass"], of_class),
    )


def _parents(read: Read, sources: RouteSources, kind: str, found: Object) -> Iterator[ParentStatus]:
    def declared(host: str) -> tuple[Service, ...]:
        return read.get(sources.registry.hosts, host) or ()

    def granted(to: Reference) -> bool:
        return sources.permits(read, kind, found.namespace, to)

    for parent in found.model.spec.parent_refs:
        if is_service(parent):
            accepted = at_service(parent, found.namespace, lambda entry: sources.hosts_of(read, entry), declared)
            yield ParentStatus(parent, (accepted, resolved(found, lambda to: True, declared)))
        elif is_gateway(parent):
            key = Key(parent.namespace or found.namespace, parent.name)
            gateway = read.get(sources.gateways.gateways, key)
            if gateway is not None:
                accepted = at_gateway(sources.facts(read, kind, found), parent, gateway)
                yield ParentStatus(parent, (accepted, resolved(found, granted, declared)))


def _gateway(read: Read, sources: RouteSources, routes: ApiRoutes, gateway: ApiGateway) -> GatewayStatus:
    attached: Counter[str] = Counter()
    for listener in gateway.listeners:
        rows = read.find(routes.attached_at, gateway.reference(listener))
        attached[listener.name] = len({key[2:5] for key in rows})
    return gateway_status(gateway, attached, _reached(read, sources, gateway))


def _reached(read: Read, sources: RouteSources, gateway: ApiGateway) -> Iterator[Reach]:
    keys = dict(service_keys(gateway))
    for host in gateway.services:
        key = keys.get(host)
        found = read.get(sources.store["Service"], key) if key else None
        if key is None or found is None:
            yield Reach(host)
            continue
        known = read.get(sources.registry.endpoints, ServiceKey(host, key.namespace)) or NO_ENDPOINTS
        ports = tuple(port.port for port in found.model.spec.ports)
        yield Reach(host, True, tuple(_addresses(found.model)), ports, bool(known.addresses))


def _addresses(service: Any) -> Iterator[tuple[str, str]]:
    """Where a service is reached: outside, if that is known, else within the cluster."""
    outside = [
        ("IPAddress", one.ip) if one.ip else ("Hostname", one.hostname) for one in service.status.load_balancer.ingress
    ]
    outside += [("IPAddress", ip) for ip in service.spec.external_ips]
    own = service.spec.cluster_ip
    yield from outside or ([("IPAddress", own)] if own not in ("", "None") else [])
