"""What is to be said of the Gateway API's objects, as a collection."""

from collections.abc import Iterator, Mapping
from typing import Any

from lateen.base.refs import Key
from lateen.kinds.object import Object
from lateen.planner.client import finder
from lateen.planner.gateway_api import listener_set
from lateen.planner.gateway_api.backend_tls import Policy, policy_conditions
from lateen.planner.gateway_api.backend_tls_policies import BackendTlsPolicies
from lateen.planner.gateway_api.backends import Reference
from lateen.planner.gateway_api.features import FEATURES
from lateen.planner.gateway_api.gateway import CONTROLLER, KIND, ApiGateway, gateway_of, service_keys
from lateen.planner.gateway_api.gateway_parent import is_gateway
from lateen.planner.gateway_api.gateway_status import Reach, gateway_status, programmed_condition
from lateen.planner.gateway_api.kinds import ROUTES
from lateen.planner.gateway_api.listener_set_status import is_attached, listener_set_status
from lateen.planner.gateway_api.mesh import is_service
from lateen.planner.gateway_api.route_status import at_gateway, at_service, dropped, resolved
from lateen.planner.gateway_api.routes import ApiRoutes, RouteSources
from lateen.planner.gateway_api.status import ClassStatus, Condition, ParentStatus, PolicyStatus, RouteStatus, Status
from lateen.reactive import Collection, Engine, Read
from lateen.reactive.gather import union
from lateen.registry.endpoints import NO_ENDPOINTS
from lateen.registry.service import Service, ServiceKey

# An object: kind (`KindSpec.name`), namespace, name.
ObjectKey = tuple[str, str, str]


def build_statuses(
    engine: Engine, sources: RouteSources, routes: ApiRoutes, policies: BackendTlsPolicies
) -> Collection[ObjectKey, Status]:
    """Build the collection; objects that are not ours to speak of have no row."""
    store = sources.store

    def of_route(kind: str) -> Collection[ObjectKey, Status]:
        def status(read: Read, key: Key, found: Object) -> Iterator[tuple[ObjectKey, Status]]:
            parents = tuple(_parents(read, sources, kind, found))
            if parents:
                yield (kind, *key), RouteStatus(found.meta.generation, parents)

        return engine.flat_map(f"statuses of {kind}s", store[kind], status)

    def of_gateway(read: Read, key: Key, found: ApiGateway) -> Iterator[tuple[ObjectKey, Status]]:
        sets = {one.owner for one in found.listeners if one.in_set and is_attached(found, one.owner)}
        reached = _reached(read, sources, found)
        yield (KIND, *key), gateway_status(found, _attached(read, routes, found), reached, len(sets))

    def of_set(read: Read, key: Key, found: Object) -> Iterator[tuple[ObjectKey, Status]]:
        parent = listener_set.parent_of(found)
        gateway = read.get(sources.gateways.gateways, parent) if parent else None
        if gateway is not None:
            programmed = programmed_condition(gateway, tuple(_reached(read, sources, gateway)))
            attached = _attached(read, routes, gateway)
            status = listener_set_status(key, found.meta.generation, gateway, attached, programmed)
            yield (listener_set.KIND, *key), status

    def of_policy(read: Read, key: Key, found: Policy) -> Iterator[tuple[ObjectKey, Status]]:
        status = _policy(read, sources, routes, policies, found)
        if status.gateways:
            yield ("BackendTLSPolicy", *key), status

    def of_class(read: Read, key: Key, found: Object) -> Iterator[tuple[ObjectKey, Status]]:
        if found.model.spec.controller_name == CONTROLLER:
            accepted = Condition("Accepted", True, "Accepted", "Handled by Lateen's controller")
            yield ("GatewayClass", *key), ClassStatus(found.meta.generation, (accepted,), FEATURES)

    return union(
        engine,
        "statuses of the Gateway API",
        *map(of_route, ROUTES),
        engine.flat_map("statuses of Gateways", sources.gateways.gateways, of_gateway),
        engine.flat_map("statuses of ListenerSets", store[listener_set.KIND], of_set),
        engine.flat_map("statuses of BackendTLSPolicies", policies.policies, of_policy),
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
            yield ParentStatus(parent, (accepted, resolved(found, lambda to: True, declared), *dropped(found)))
        elif is_gateway(parent):
            gateway = sources.gateway(read, parent, found.namespace)
            if gateway is not None:
                accepted = at_gateway(sources.facts(read, kind, found), parent, gateway)
                yield ParentStatus(parent, (accepted, resolved(found, granted, declared), *dropped(found)))


def _attached(read: Read, routes: ApiRoutes, gateway: ApiGateway) -> Mapping[str, int]:
    """Count the routes of each listener, by its title."""
    found: dict[str, int] = {}
    for listener in gateway.listeners:
        rows = read.find(routes.attached_at, gateway.reference(listener))
        found[listener.title] = len({key[2:5] for key in rows})
    return found


def _policy(
    read: Read, sources: RouteSources, routes: ApiRoutes, policies: BackendTlsPolicies, policy: Policy
) -> PolicyStatus:
    """Say what becomes of a policy at the Gateways that send to its services."""
    hosts = dict.fromkeys(host for host, _ in policy.targets)
    sending = [one for host in hosts for one in read.find(routes.sending_to, host).values()]
    gateways = sorted({gateway_of(reference) for one in sending for reference in one.gateways})
    chosen = {host: read.get(policies.in_force, host) or {} for host in hosts}
    find = finder(read, sources.registry, policy.namespace)
    services = {host: find(host) for host in hosts}
    return PolicyStatus(policy.generation, tuple(gateways), tuple(policy_conditions(policy, chosen, services)))


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
