"""Traffic by locality: whom a client prefers among the endpoints of an upstream, by where both are.

A place is told by labels, as Kubernetes and Istio name them.
https://istio.io/latest/docs/tasks/traffic-management/locality-load-balancing/
"""

from collections.abc import Iterable, Iterator, Mapping

from msgspec import Struct

from lateen.kinds.networking.load_balancer import LoadBalancerSettings
from lateen.kinds.networking.locality import Distribute, Failover, LocalityLoadBalancerSetting
from lateen.kinds.networking.traffic_policy import PortTrafficPolicy, TrafficPolicy
from lateen.plan.upstream import Endpoint, LocalityEndpoints
from lateen.planner.members import Member, by_locality
from lateen.planner.traffic_policy import Policy
from lateen.registry.mesh import Mesh
from lateen.registry.place import NETWORK, NODE, REGION, SUBZONE, ZONE, place_labels
from lateen.registry.service import Service

LOCALITY = (REGION, ZONE, SUBZONE)
_CLOSE = (NETWORK, *LOCALITY)
_CLOSEST = (*_CLOSE, NODE)
_NEAR = 3


class Preference(Struct, frozen=True, kw_only=True):
    """Whom clients prefer. `shares`: which part of the traffic goes where, and nothing else counts; else the endpoints
    that share the most of the labels `order`, from the left, come first; then those in the client's `region` (its own
    zone and subzone before others), then those where its region fails over to."""

    shares: tuple[Distribute, ...] = ()
    order: tuple[str, ...] = ()
    region: bool = True
    failover: tuple[Failover, ...] = ()

    @property
    def labels(self) -> set[str]:
        """The labels by which clients are told apart."""
        named = {label.partition("=")[0] for label in self.order if "=" not in label}
        return named | (set(LOCALITY) if self.region else set())


def preference(policy: Policy, service: Service, mesh: Mesh) -> Preference | None:
    """Plan whom clients of an upstream prefer, None where all are equal.

    A rule's own setting counts before what the service asks for, and that before the mesh's. Without outlier
    detection nobody would notice that the preferred ones are gone: then only shares count, and what services ask for.
    """
    said = policy.balancer.locality_lb_setting if policy.balancer else None
    if said is None and policy.balancer and policy.balancer.zone_aware_lb_setting:
        zones = policy.balancer.zone_aware_lb_setting
        said = LocalityLoadBalancerSetting(
            failover=zones.failover, failover_priority=zones.failover_priority, enabled=zones.enabled
        )
    if said is None and service.distribution:
        return near(service)
    said = said or mesh.locality
    return _preference(said, policy.outliers is not None)


def near(service: Service) -> Preference:
    """Plan the preference that a service asks for: endpoints that are near its clients."""
    order = _CLOSEST if service.distribution == "PreferSameNode" else _CLOSE
    return Preference(order=order, region=False)


def _preference(said: LocalityLoadBalancerSetting, has_outliers: bool) -> Preference | None:
    if said.enabled is False:
        return None
    if said.distribute:
        return Preference(shares=said.distribute)
    if not has_outliers:
        return None
    by_region = bool(said.failover) or not said.failover_priority
    return Preference(order=said.failover_priority, region=by_region, failover=said.failover)


def labels_read(policies: Iterable[TrafficPolicy | None], mesh: Mesh) -> set[str]:
    """Return the labels of clients' places that traffic policies read."""
    found: set[str] = set()
    for policy in policies:
        for one in (policy, *(policy.port_level_settings if policy else ())):
            found |= _labels(one, mesh)
    return found


def _labels(one: TrafficPolicy | PortTrafficPolicy | None, mesh: Mesh) -> set[str]:
    if one is None:
        return set()
    balancer: LoadBalancerSettings | None = one.load_balancer
    said = balancer.locality_lb_setting if balancer else None
    # What is said of outliers and of localities may stand at different levels, and come together.
    chosen = _preference(said, True) if said else None
    if chosen is None and one.outlier_detection is not None:
        chosen = _preference(mesh.locality, True)
    if chosen is None and balancer and balancer.zone_aware_lb_setting:
        zones = balancer.zone_aware_lb_setting
        chosen = Preference(order=zones.failover_priority, failover=zones.failover)
    return chosen.labels if chosen else set()


def arrange(
    members: Iterable[Member], chosen: Preference | None, place: Mapping[str, str]
) -> tuple[LocalityEndpoints, ...]:
    """Group members by locality and by how much a client at `place` prefers them."""
    if chosen is None:
        return by_locality(members)
    if chosen.shares:
        return _shared(by_locality(members), chosen.shares, _locality(place))
    return _ranked(members, chosen, place)


def _ranked(members: Iterable[Member], chosen: Preference, place: Mapping[str, str]) -> tuple[LocalityEndpoints, ...]:
    found: dict[tuple[tuple[int, int], str], list[Endpoint]] = {}
    for one in members:
        found.setdefault((_rank(one, chosen, place), one.locality), []).append(one.endpoint)
    # Envoy wants priorities without gaps.
    priorities = {rank: priority for priority, rank in enumerate(sorted({rank for rank, _ in found}))}
    return tuple(
        LocalityEndpoints(tuple(found[rank, locality]), locality, priorities[rank]) for rank, locality in sorted(found)
    )


def _rank(one: Member, chosen: Preference, place: Mapping[str, str]) -> tuple[int, int]:
    labels = {**place_labels(one.locality, one.network, one.node), **one.labels}
    matched = 0
    for wanted in chosen.order:
        name, given, value = wanted.partition("=")
        if labels.get(name, "") != (value if given else place.get(name, "")):
            break
        matched += 1
    return len(chosen.order) - matched, _distance(one.locality, chosen, place) if chosen.region else 0


def _distance(locality: str, chosen: Preference, place: Mapping[str, str]) -> int:
    """How far a locality is: 0 the same subzone, 1 zone, 2 region, 3 where the region fails over to, 4 elsewhere."""
    own, other = _locality(place).split("/"), [*locality.split("/"), "", "", ""][:_NEAR]
    same = next((index for index, part in enumerate(own) if part != other[index]), _NEAR)
    if same:
        return _NEAR - same
    onward = any(one.from_ == own[0] and one.to == other[0] for one in chosen.failover)
    return _NEAR if onward else _NEAR + 1


def _shared(
    groups: tuple[LocalityEndpoints, ...], shares: tuple[Distribute, ...], own: str
) -> tuple[LocalityEndpoints, ...]:
    """Give localities their parts of a client's traffic; who gets none is left out."""
    said = next((one for one in shares if _covers(one.from_, own)), None)
    if said is None:
        return groups
    return tuple(sorted((each for to in said.to.items() for each in _parts(groups, *to)), key=lambda one: one.locality))


def _parts(groups: tuple[LocalityEndpoints, ...], pattern: str, share: int) -> Iterator[LocalityEndpoints]:
    """Split a share among the localities of a pattern, by the weights of their endpoints."""
    taken = [group for group in groups if _covers(pattern, group.locality)]
    sizes = [sum(one.weight or 1 for one in group.endpoints) for group in taken]
    for group, size in zip(taken, sizes, strict=True):
        # In ten-thousandths: whole percents would leave small localities none.
        weight = max(share * 10_000 * size // (100 * sum(sizes)), 1)
        yield LocalityEndpoints(group.endpoints, group.locality, 0, weight)


def _covers(pattern: str, locality: str) -> bool:
    if pattern == "*":
        return True
    wanted, parts = pattern.removesuffix("/*").split("/"), locality.split("/")
    return parts[: len(wanted)] == wanted


def _locality(place: Mapping[str, str]) -> str:
    return "/".join(place.get(label, "") for label in LOCALITY)
