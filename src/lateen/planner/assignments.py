"""Load assignments: the endpoints behind each upstream, and who of them accepts mesh TLS."""

from collections.abc import Iterable, Iterator, Mapping

from msgspec import Struct

from lateen.base.spiffe import Identity
from lateen.plan.upstream import Endpoint, LoadAssignment
from lateen.planner import names
from lateen.planner.client import Client
from lateen.planner.destination_rule import Rule
from lateen.planner.locality import Preference, arrange, preference
from lateen.planner.members import ByPort, Member, by_locality, chosen
from lateen.planner.traffic_policy import NO_POLICY
from lateen.planner.upstreams import NO_PEERS, Peers
from lateen.registry.endpoint import Endpoint as Known
from lateen.registry.endpoint import Endpoints
from lateen.registry.endpoints import BY_NAME
from lateen.registry.service import Service
from lateen.security.peer_authentication import PeerModes, PeerRules


class Load(Struct, frozen=True):
    """A service's endpoints, planned, and the assignments of whole ports, which all clients share. `datagrams`: of its
    ports of UDP."""

    by_port: ByPort
    whole: tuple[LoadAssignment, ...]
    datagrams: tuple[LoadAssignment, ...] = ()


def plan_load(service: Service, found: Endpoints, rules: Mapping[str, PeerRules]) -> Load:
    """Plan a service's endpoints. `rules`: peer rules by the endpoints' namespaces."""
    by_port, datagrams = _members(found.by_port, rules), _members(found.datagrams, rules)
    whole = tuple(
        LoadAssignment(names.outbound(port.number, "", service.host), by_locality(by_port.get(port.number, ())))
        for port in service.ports
    )
    return Load(
        by_port,
        whole,
        tuple(
            LoadAssignment(names.datagrams(port.number, service.host), by_locality(datagrams.get(port.number, ())))
            for port in service.datagrams
        ),
    )


def _members(found: Mapping[int, tuple[Known, ...]], rules: Mapping[str, PeerRules]) -> ByPort:
    return {
        port: tuple(Member(_endpoint(one, rules), one.labels, one.locality, one.network, one.node) for one in known)
        for port, known in found.items()
    }


def plan_assignments(service: Service, rule: Rule | None, load: Load, client: Client) -> Iterator[LoadAssignment]:
    """Plan the assignments of all ports and subsets; a subset has the endpoints that have its labels. Where the client
    prefers nobody, whole ports are what everybody has."""
    if client.gateway:
        yield from load.datagrams
    whole = {one.name: one for one in load.whole}
    for port in service.ports:
        members = load.by_port.get(port.number, ())
        name = names.outbound(port.number, "", service.host)
        preferred = _preferred(service, rule, port.number, "", client)
        yield LoadAssignment(name, arrange(members, preferred, client.labels)) if preferred else whole[name]
        for subset in rule.subsets if rule else ():
            preferred = _preferred(service, rule, port.number, subset.name, client)
            name = names.outbound(port.number, subset.name, service.host)
            yield LoadAssignment(name, arrange(chosen(members, subset.labels), preferred, client.labels))


def _preferred(service: Service, rule: Rule | None, port: int, subset: str, client: Client) -> Preference | None:
    policy = rule.policy_at(port, subset) if rule else NO_POLICY
    return preference(policy, service, client.mesh)


def plan_peers(service: Service, load: Load, found: Endpoints, trust_domains: Iterable[str]) -> Peers:
    """Tell what all endpoints have in common, an identity in each of the mesh's trust domains among it; and which they
    are, where they are looked up by name."""
    accounts = {
        (one.namespace, one.service_account) for known in found.by_port.values() for one in known if one.service_account
    }
    identities = tuple(sorted(Identity(domain, *account).uri for domain in trust_domains for account in accounts))
    meshed = tuple(port for port, known in sorted(load.by_port.items()) if all(one.endpoint.mesh_tls for one in known))
    named = load.by_port if service.resolution in BY_NAME else {}
    return Peers(identities, meshed, named) if identities or meshed or named else NO_PEERS


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
