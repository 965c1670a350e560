"""The inbound side as collections: what the workloads of a scope accept."""

from collections.abc import Iterator
from dataclasses import dataclass

from msgspec import Struct

from lateen.plan.listener import Listener
from lateen.plan.upstream import Protocol, Upstream
from lateen.planner import inbound
from lateen.planner.inbound import Carries, InboundPort
from lateen.planner.outbound import ByName
from lateen.planner.scope import Scope, Traits
from lateen.reactive import Collection, Demand, Engine, Read
from lateen.registry.registry import Registry
from lateen.registry.service import ServicePort
from lateen.security.rules import PeerSecurity


class Inbound(Struct, frozen=True):
    """The plan of one scope's inbound side."""

    listener: Listener
    upstreams: tuple[Upstream, ...]


@dataclass(frozen=True)
class Inbounds:
    """`workloads`: the wanted scopes."""

    workloads: Demand[Scope, Inbound]
    upstreams: Collection[ByName, Upstream]
    listeners: Collection[ByName, Listener]


def build_inbounds(engine: Engine, registry: Registry, security: PeerSecurity) -> Inbounds:
    """Build the collections; they stay empty until somebody wants an inbound scope."""

    def plan(read: Read, scope: Scope) -> Inbound:
        traits = Traits.parse(scope.name)
        mesh = registry.settings(read)
        modes = security.rules(read, scope.namespace, mesh.root_namespace).modes(traits.labels)
        ports = tuple(_ports(read, registry, scope.namespace, traits))
        return Inbound(inbound.plan_listener(ports, modes, mesh.access_log), tuple(inbound.plan_upstreams(ports)))

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
            lambda read, scope, one: (((scope, one.listener.name), one.listener),),
        ),
    )


def _ports(read: Read, registry: Registry, namespace: str, traits: Traits) -> Iterator[InboundPort]:
    """Find the ports that services lead to; where two lead to one, the older says what it carries."""
    seen: set[int] = set()
    for service, port, number in registry.leading(read, traits.workload(namespace)):
        if number not in seen:
            seen.add(number)
            yield InboundPort(
                number=number,
                carries=_carries(port),
                protocol=_protocol(port),
                host=service.host,
                service_port=port.number,
                mongo=port.protocol == "mongo",
                origin=service.origin,
            )


def _carries(port: ServicePort) -> Carries:
    return "http" if port.is_http else "auto" if port.is_auto else "tcp"


def _protocol(port: ServicePort) -> Protocol:
    if port.is_http:
        return "http2" if port.is_http2 else "http1"
    return "downstream" if port.is_auto else "tcp"
