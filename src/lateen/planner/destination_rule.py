"""Destination rules: which one a client of a service obeys, and what several for one host come to.

Looked for in the client's namespace, then the service's, then the root namespace; within one, the closest
host counts, and rules for the same host are taken together, the oldest first.
https://istio.io/latest/docs/ops/best-practices/traffic-management/#cross-namespace-configuration
"""

from collections.abc import Iterable, Iterator, Mapping

from msgspec import Struct

from lateen.base.hosts import closeness, fqdn
from lateen.base.refs import Origin
from lateen.base.selectors import matches
from lateen.kinds.networking.destination_rule import DestinationRule, Subset
from lateen.kinds.networking.traffic_policy import TrafficPolicy
from lateen.kinds.object import Object
from lateen.plan.route_policy import HashKey
from lateen.planner.client import Client
from lateen.planner.hashing import plan_hash_key
from lateen.planner.site import NO_CARRIAGE, Carriage
from lateen.planner.traffic_policy import Policy, effective, plan_carriage
from lateen.registry.service import Service
from lateen.registry.visibility import export_to, sees


class Rule(Struct, frozen=True, kw_only=True):
    """A DestinationRule with its host resolved, in lower case. `selector`: the clients it is for, {} =
    all."""

    namespace: str
    name: str
    host: str
    exports: tuple[str, ...]
    policy: TrafficPolicy | None = None
    subsets: tuple[Subset, ...] = ()
    selector: Mapping[str, str] = {}
    created: str = ""
    origin: Origin = Origin()

    @property
    def age(self) -> tuple[str, str]:
        """Sort key within a namespace: the oldest first, then by name."""
        return (self.created, self.name)

    @property
    def policies(self) -> tuple[TrafficPolicy, ...]:
        """Its policy, and those of its subsets."""
        found = (self.policy, *(one.traffic_policy for one in self.subsets))
        return tuple(policy for policy in found if policy)

    @property
    def hashes(self) -> bool:
        """Say whether it asks for consistent hashing anywhere."""
        balancers = [policy.load_balancer for policy in self.policies]
        balancers += [one.load_balancer for policy in self.policies for one in policy.port_level_settings]
        return any(balancer is not None and balancer.consistent_hash is not None for balancer in balancers)

    def policy_at(self, port: int, subset: str = "") -> Policy:
        """Return the settings that count for a port, and a subset where one is named."""
        own = next((one.traffic_policy for one in self.subsets if one.name == subset), None) if subset else None
        return effective(port, self.policy, own)

    @property
    def carries(self) -> bool:
        """Say whether it tells anywhere how bytes are carried."""
        pools = [policy.connection_pool for policy in self.policies]
        pools += [one.connection_pool for policy in self.policies for one in policy.port_level_settings]
        return any(policy.tunnel for policy in self.policies) or any(pool and pool.tcp for pool in pools)

    def carriage(self, port: int, subset: str) -> Carriage | None:
        """Return how bytes are carried, None where nothing is said of it."""
        found = plan_carriage(self.policy_at(port, subset))
        return found if found != NO_CARRIAGE else None

    def hash_key(self, port: int, subset: str) -> HashKey | None:
        """Return by what requests are hashed, None where they are not."""
        balancer = self.policy_at(port, subset).balancer
        return plan_hash_key(balancer.consistent_hash) if balancer else None


def rule(found: Object, default_exports: tuple[str, ...]) -> Rule:
    """Read a DestinationRule; a short host is in the rule's own namespace."""
    kind: DestinationRule = found.model
    spec = kind.spec
    selector = spec.workload_selector
    return Rule(
        namespace=found.namespace,
        name=found.name,
        host=fqdn(spec.host, found.namespace).lower(),
        exports=export_to(spec.export_to, found.namespace, default_exports),
        policy=spec.traffic_policy,
        subsets=spec.subsets,
        selector=selector.match_labels if selector else {},
        created=found.created,
        origin=found.origin,
    )


def choose(rules: Iterable[Rule], service: Service, client: Client) -> Rule | None:
    """Choose what a client obeys for a service, out of all rules for its host."""
    found = next((found for _, found in lookup(rules, service, client) if found), None)
    return merge(closest(found)) if found else None


def lookup(rules: Iterable[Rule], service: Service, client: Client) -> Iterator[tuple[str, list[Rule]]]:
    """Yield the namespaces in which a client looks for rules of a service, in order, with what it finds there.

    In its own it finds what is exported elsewhere too. In the root namespace, what is for everybody does not count
    as its own: services' own rules come before it.
    """
    rules = [one for one in rules if _is_for(one, client)]
    own, root = client.namespace, client.mesh.root_namespace
    yield own, [one for one in rules if one.namespace == own and (own != root or one.exports == (root,))]
    for level in dict.fromkeys((service.namespace, root)):
        if level != own or own == root:
            yield level, [one for one in rules if one.namespace == level]


def merge(rules: Iterable[Rule]) -> Rule:
    """Take rules for one host together: the oldest one's policy, or the first there is; everyone's subsets,
    of two with one name the older. One that selects its clients comes before those for all, and others that
    select by something else do not count beside it."""
    first, *others = sorted(rules, key=lambda one: (not one.selector, one.age))
    others = [one for one in others if not one.selector or one.selector == first.selector]
    if not others:
        return first
    subsets: dict[str, Subset] = {}
    policy = first.policy
    for one in (first, *others):
        policy = policy or one.policy
        for subset in one.subsets:
            subsets.setdefault(subset.name, subset)
    return Rule(
        namespace=first.namespace,
        name=first.name,
        host=first.host,
        exports=first.exports,
        policy=policy,
        subsets=tuple(subsets.values()),
        selector=first.selector,
        created=first.created,
        origin=first.origin,
    )


def _is_for(one: Rule, client: Client) -> bool:
    if one.namespace != client.namespace and not sees(one.exports, client.namespace):
        return False
    return not one.selector or (one.namespace == client.namespace and matches(one.selector, client.labels))


def closest(rules: list[Rule]) -> list[Rule]:
    """Return those with the closest host; of `rules` there is at least one."""
    best = min(closeness(one.host) for one in rules)
    return [one for one in rules if closeness(one.host) == best]
