"""The inbound side as collections: what the workloads of a scope accept."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from msgspec import Struct

from lateen.plan.listener import Listener
from lateen.plan.upstream import Endpoint, Upstream
from lateen.planner import inbound
from lateen.planner.inbound_port import InboundPort, Limits, carries, protocol_towards
from lateen.planner.ingress import ingress_ports
from lateen.planner.scope import ByName, Scope, Traits
from lateen.planner.sidecar import SidecarRules
from lateen.planner.sidecars import Sidecars
from lateen.reactive import Collection, Demand, Engine, Read
from lateen.registry.registry import Registry
from lateen.registry.service import Service, ServicePort
from lateen.security.rules import PeerSecurity

Leading = tuple[Service, ServicePort, int]


class Inbound(Struct, frozen=True):
    """The plan of one scope's inbound side."""

    listeners: tuple[Listener, ...]
    upstreams: tuple[Upstream, ...]


@dataclass(frozen=True)
class Inbounds:
    """`workloads`: the wanted scopes."""

    workloads: Demand[Scope, Inbound]
    upstreams: Collection[ByName, Upstream]
    listeners: Collection[ByName, Listener]


def build_inbounds(engine: Engine, registry: Registry, sidecars: Sidecars, security: PeerSecurity) -> Inbounds:
    """Build the collections; they stay empty until somebody wants an inbound scope."""

    def plan(read: Read, scope: Scope) -> Inbound:
        traits = Traits.parse(scope.name)
        mesh = registry.settings(read)
        modes = security.rules(read, scope.namespace, mesh.root_namespace).modes(traits.labels)
        own = sidecars.in_force(read, scope, mesh.root_namespace)
        leading = registry.leading(read, traits.workload(scope.namespace))
        streams = (one for one in leading if one[1].protocol != "udp")
        ports = tuple(_ports(streams, own, mesh.localhost))
        listeners = tuple(inbound.plan_listeners(ports, modes, mesh.access_log))
        return Inbound(listeners, tuple(inbound.plan_upstreams(ports)))

    workloads = engine.demand("inbounds", plan)
    return Inbounds(
        workloads=workloads,
        upstreams=engine.flat_map(
            "inbound upstreams",
            workloads,
            lambda read, scope, one: (((scope, upstream.name), upstream) for upstream in one.upstreams),
        ),
        listeners=engine.flat_map(
            "inbound listeners",
            workloads,
            lambda read, scope, one: (((scope, listener.name), listener) for listener in one.listeners),
        ),
    )


def _ports(leading: Iterable[Leading], sidecar: SidecarRules | None, localhost: bool) -> Iterator[InboundPort]:
    """Find the ports that the Sidecar names or else services lead to; where two services lead to one, the older says
    what it carries. `localhost`: applications are reached there."""
    found: dict[int, tuple[Service, ServicePort]] = {}
    for service, port, number in leading:
        found.setdefault(number, (service, port))
    if sidecar is not None and sidecar.ingress:
        yield from ingress_ports(sidecar, {number: service for number, (service, _) in found.items()})
        return
    limits = Limits.of(sidecar.pool if sidecar else None)
    for number, (service, port) in found.items():
        yield InboundPort(
            number=number,
            carries=carries(port),
            protocol=protocol_towards(port),
            host=service.host,
            service_port=port.number,
            mongo=port.protocol == "mongo",
            endpoint=Endpoint("127.0.0.1", number) if localhost else None,
            limits=limits,
            origin=service.origin,
        )
