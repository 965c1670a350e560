"""Load assignments: the endpoints behind each upstream, and who of them accepts mesh TLS."""

from collections.abc import Iterator, Mapping

from msgspec import Struct

from lateen.base.selectors import matches
from lateen.base.spiffe import Identity
from lateen.plan.upstream import Endpoint, LoadAssignment, LocalityEndpoints
from lateen.planner import names
from lateen.planner.destination_rule import Rule
from lateen.planner.upstreams import NO_PEERS, Peers
from lateen.registry.endpoint import Endpoint as Known
from lateen.registry.endpoint import Endpoints
from lateen.registry.service import Service
from lateen.security.peer_authentication import PeerModes, PeerRules


class Load(Struct, frozen=True):
    """A service's endpoints, planned, with the labels that subsets choose by; and the assignments of whole
    ports, which all clients share."""

    by_port: Mapping[int, tuple[tuple[Endpoint, Mapping[str, str]], ...]]
    whole: tuple[LoadAssignment, ...]


def plan_load(service: Service, found: Endpoints, rules: Mapping[str, PeerRules]) -> Load:
    """Plan a service's endpoints. `rules`: peer rules by the endpoints' namespaces."""
    by_port = {
        port: tuple((_endpoint(one, rules), one.labels) for one in known) for port, known in found.by_port.items()
    }
    whole = tuple(
        _assignment(
            names.outbound(port.number, "", service.host),
            tuple(endpoint for endpoint, _ in by_port.get(port.number, ())),
        )
        for port in service.ports
    )
    return Load(by_port, whole)


def plan_assignments(service: Service, rule: Rule | None, load: Load) -> Iterator[LoadAssignment]:
    """Plan the assignments of all ports and subsets; a subset has the endpoints that have its labels."""
    yield from load.whole
    for subset in rule.subsets if rule else ():
        for port in service.ports:
            chosen = tuple(
                endpoint for endpoint, labels in load.by_port.get(port.number, ()) if matches(subset.labels, labels)
            )
            yield _assignment(names.outbound(port.number, subset.name, service.host), chosen)


def plan_peers(load: Load, found: Endpoints, trust_domain: str) -> Peers:
    """Tell what all endpoints have in common."""
    accounts = {
        (one.namespace, one.service_account) for known in found.by_port.values() for one in known if one.service_account
    }
    identities = tuple(sorted(Identity(trust_domain, *account).uri for account in accounts))
    meshed = tuple(
        port for port, known in sorted(load.by_port.items()) if all(endpoint.mesh_tls for endpoint, _ in known)
    )
    return Peers(identities, meshed) if identities or meshed else NO_PEERS


def _assignment(name: str, endpoints: tuple[Endpoint, ...]) -> LoadAssignment:
    return LoadAssignment(name, (LocalityEndpoints(endpoints),) if endpoints else ())


def _endpoint(one: Known, rules: Mapping[str, PeerRules]) -> Endpoint:
    return Endpoint(
        address=one.address,
        port=one.port,
        mesh_tls=one.mesh_tls and _modes(one, rules).at(one.port) != "DISABLE",
        weight=one.weight,
        workload=one.workload,
    )


def _modes(one: Known, rules: Mapping[str, PeerRules]) -> PeerModes:
    return rules[one.namespace].modes(one.labels)
