"""What a host is to one client: who declares it, which rules count, how it is spoken to, and what ejects endpoints."""

from collections.abc import Container, Iterable, Iterator

from msgspec import Struct

from lateen.advise.caller import begun, caller, outbound, spoken
from lateen.advise.lookup import Candidate, Place, destination_rules, virtual_services
from lateen.advise.outliers import Counter, counters
from lateen.base.errors import LateenError
from lateen.base.hosts import fqdn
from lateen.kinds.suggestion import did_you_mean
from lateen.planner.client import Client, meant
from lateen.planner.plans import Plans
from lateen.planner.scope import Scope
from lateen.registry.service import Service


class Declaration(Struct, frozen=True):
    """An object that declares the host. `ports`: "number/protocol"; `meant`: it is the one that the client means."""

    kind: str
    namespace: str
    name: str
    ports: tuple[str, ...]
    meant: bool


class UpstreamStory(Struct, frozen=True):
    """One of Envoy's clusters for the host. `origin`: the object behind it. `counters`: what ejects its endpoints."""

    name: str
    tls: str
    origin: str
    counters: tuple[Counter, ...]


class HostStory(Struct, frozen=True):
    """`places`: where DestinationRules are looked for, in order; `elsewhere`: those that nobody looks at."""

    host: str
    namespace: str
    declared: tuple[Declaration, ...]
    virtual_services: tuple[Candidate, ...]
    places: tuple[Place, ...]
    elsewhere: tuple[Candidate, ...]
    upstreams: tuple[UpstreamStory, ...]


def explain_host(plans: Plans, scopes: Iterable[Scope], asked: str) -> HostStory:
    """Tell what `asked`, a full or a short name, is to the proxy of `scopes`. Raises LateenError where nobody declares
    it."""
    scopes = tuple(scopes)
    client = caller(plans, scopes)
    host = fqdn(asked.partition(":")[0], client.namespace).lower()
    declared = plans.registry.hosts.get(host) or ()
    service = meant(declared, client.namespace)
    if service is None:
        raise _unknown(host, declared, plans, client)
    places, elsewhere = destination_rules(plans.rules.destinations_of.get(host) or (), service, client)
    return HostStory(
        host=host,
        namespace=client.namespace,
        declared=tuple(_declaration(one, one is service) for one in declared),
        virtual_services=tuple(virtual_services(plans.rules.traffic_of.get(host) or (), host, client)),
        places=places,
        elsewhere=elsewhere,
        upstreams=tuple(_upstreams(plans, scopes, host)),
    )


def _unknown(host: str, declared: Iterable[Service], plans: Plans, client: Client) -> LateenError:
    rest = "passes through" if client.mesh.allow_any else "is refused"
    if hidden := [f"{one.namespace}/{one.name}" for one in declared]:
        fix = f"it is declared by {', '.join(hidden)}: see its exportTo"
        return LateenError(f"{host} is not visible in namespace {client.namespace}: what is sent there {rest}", fix)
    near = did_you_mean(host, (name for name, _ in plans.registry.hosts.items()))
    fix = near or "declare it: a Service or a ServiceEntry"
    return LateenError(f"no Service or ServiceEntry declares {host}: what is sent there {rest}", fix)


def _declaration(one: Service, is_meant: bool) -> Declaration:
    kind = "Service" if one.kubernetes else "ServiceEntry"
    ports = tuple(f"{port.number}/{port.protocol}" for port in one.ports)
    return Declaration(kind, one.namespace, one.name, ports, is_meant)


def _upstreams(plans: Plans, scopes: Container[Scope], host: str) -> Iterator[UpstreamStory]:
    found = [plan for plan in outbound(plans, scopes) if plan.host == host]
    for plan in sorted(found, key=lambda one: (one.port, one.subset)):
        ejecting = tuple(counters(plan.outliers)) if plan.outliers else ()
        yield UpstreamStory(plan.name, spoken(begun(plan)), str(plan.origin), ejecting)
