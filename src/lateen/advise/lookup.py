"""Which rules a client obeys for a host, and why it obeys no other: in the order in which it looks for them."""

from collections.abc import Iterable, Iterator

from msgspec import Struct

from lateen.base.hosts import closeness
from lateen.base.selectors import matches
from lateen.planner.client import Client
from lateen.planner.destination_rule import Rule, choose, closest, lookup
from lateen.planner.traffic import Traffic, choose_traffic
from lateen.registry.service import Service
from lateen.registry.visibility import sees


class Candidate(Struct, frozen=True):
    """A rule for the host. `obeyed`: it counts, at least in part; `why`: it does, or does not."""

    namespace: str
    name: str
    obeyed: bool
    why: str


class Place(Struct, frozen=True):
    """A namespace in which a client looks, `what` it is to client and service, and what is found there."""

    namespace: str
    what: str
    found: tuple[Candidate, ...]


def destination_rules(
    rules: Iterable[Rule], service: Service, client: Client
) -> tuple[tuple[Place, ...], tuple[Candidate, ...]]:
    """Tell where a client looks for the DestinationRules of a service, in order, and which stand elsewhere: nobody
    looks at these. `rules`: all for its host, whoever sees them."""
    rules = sorted(rules, key=lambda one: (closeness(one.host), one.namespace, one.age))
    levels = dict(lookup(rules, service, client))
    first = next((namespace for namespace, found in levels.items() if found), "")
    places = []
    for namespace, counting in levels.items():
        here = [one for one in rules if one.namespace == namespace]
        judged = (_judge(one, counting, first, service, client) for one in here)
        places.append(Place(namespace, _what(namespace, service, client), tuple(judged)))
    why = "it stands in none of these namespaces"
    elsewhere = (Candidate(one.namespace, one.name, False, why) for one in rules if one.namespace not in levels)
    return tuple(places), tuple(elsewhere)


def _judge(one: Rule, counting: list[Rule], first: str, service: Service, client: Client) -> Candidate:
    obeyed, why = False, ""
    if one not in counting:
        why = _unfit(one, client)
    elif one.namespace != first:
        why = f"namespace {first} comes before, and has a rule"
    elif one not in closest(counting):
        why = f"{closest(counting)[0].host} is closer to {service.host} than {one.host}"
    else:
        obeyed, why = _merged(one, counting, service, client)
    return Candidate(one.namespace, one.name, obeyed, why)


def _merged(one: Rule, counting: list[Rule], service: Service, client: Client) -> tuple[bool, str]:
    winner = choose(counting, service, client)
    assert winner is not None
    if one.name == winner.name:
        return True, "the first that is found"
    if one.selector and one.selector != winner.selector:
        return False, f"{winner.name} selects these workloads by something else"
    if winner.selector and not one.selector:
        return True, f"{winner.name} selects these workloads; of this one its other subsets count"
    return True, f"{winner.name} is older; of this one its other subsets count"


def _unfit(one: Rule, client: Client) -> str:
    if one.namespace != client.namespace and not sees(one.exports, client.namespace):
        return f"it is exported to {', '.join(one.exports) or 'nobody'}, and not to {client.namespace}"
    if one.selector and one.namespace != client.namespace:
        return "it selects workloads, of its own namespace alone"
    if one.selector and not matches(one.selector, client.labels):
        return "it selects other workloads: " + ", ".join(f"{name}={value}" for name, value in one.selector.items())
    return "what the root namespace says to all comes after services' own rules"


def _what(namespace: str, service: Service, client: Client) -> str:
    is_ = {
        "the client's own namespace": namespace == client.namespace,
        "the service's": namespace == service.namespace,
        "the root namespace": namespace == client.mesh.root_namespace,
    }
    return ", ".join(what for what, holds in is_.items() if holds)


def virtual_services(rules: Iterable[Traffic], host: str, client: Client) -> Iterator[Candidate]:
    """Tell which VirtualServices for sidecars a client obeys for a host, out of all that are for it."""
    rules = sorted(rules, key=lambda one: one.rank)
    obeyed = {(one.namespace, one.name): one for egress in client.egress
              for one in choose_traffic(rules, host, client.namespace, egress)}  # fmt: skip
    for one in rules:
        key = (one.namespace, one.name)
        yield Candidate(*key, key in obeyed, _routes_why(one, list(obeyed.values()), client))


def _routes_why(one: Traffic, obeyed: list[Traffic], client: Client) -> str:
    if one in obeyed:
        return "merged with the others that ask for it" if len(obeyed) > 1 else "the first in rank for the closest host"
    if not sees(one.exports, client.namespace):
        return f"it is exported to {', '.join(one.exports) or 'nobody'}, and not to {client.namespace}"
    if not any(egress.obeys(one.namespace, one.hosts) for egress in client.egress):
        return "the client's Sidecar does not import it"
    return f"{obeyed[0].namespace}/{obeyed[0].name} is older, for fewer namespaces, or for a closer host"
