"""Traffic by locality: shares, failover, priorities. A locality is region/zone/subzone."""

from collections.abc import Iterator, Mapping, Sequence

from lateen.base.errors import Fault
from lateen.kinds.model import Model, Uint32, named
from lateen.kinds.paths import join

_REGION = "topology.kubernetes.io/region"
_SUBZONE = "topology.istio.io/subzone"


class Distribute(Model, frozen=True, kw_only=True):
    """Where traffic from a locality goes: `to` is percentages by locality, summing up to 100."""

    from_: str = named("from", "")
    to: Mapping[str, Uint32] = {}


class Failover(Model, frozen=True, kw_only=True):
    """Which region takes over from which."""

    from_: str = named("from", "")
    to: str = ""


class LocalityLoadBalancerSetting(Model, frozen=True, kw_only=True):
    """One of distribute, or failover and failover_priority. `enabled` None = as the mesh's."""

    distribute: tuple[Distribute, ...] = ()
    failover: tuple[Failover, ...] = ()
    failover_priority: tuple[str, ...] = ()
    enabled: bool | None = None


def locality_faults(path: str, setting: LocalityLoadBalancerSetting | None, has_outliers: bool) -> Iterator[Fault]:
    """Yield what is wrong with a locality setting; failover works only with outlier detection beside it."""
    if setting is None:
        return
    if setting.distribute and (setting.failover or setting.failover_priority):
        yield Fault(path, "distribute cannot stand beside failover or failoverPriority", "keep one")
    yield from _distribute_faults(f"{path}.distribute", setting.distribute)
    yield from failover_faults(path, setting.failover, setting.failover_priority, has_outliers)


def failover_faults(
    path: str, failover: Sequence[Failover], priority: Sequence[str], has_outliers: bool
) -> Iterator[Fault]:
    """Yield what is wrong with failover between regions and with priorities by label."""
    if failover and _REGION in priority:
        yield Fault(f"{path}.failoverPriority", f"{_REGION} is what failover decides", "keep one of the two")
    for index, one in enumerate(failover):
        yield from _region_faults(f"{path}.failover[{index}]", one)
    if (failover or priority) and not has_outliers:
        fix = "add trafficPolicy.outlierDetection"
        yield Fault(path, "failover has no effect without outlier detection", fix, "warning")


def _region_faults(path: str, failover: Failover) -> Iterator[Fault]:
    if failover.from_ == failover.to:
        yield Fault(path, "fails over to the region it comes from")
    for name, region in (("from", failover.from_), ("to", failover.to)):
        if "/" in region or "*" in region:
            yield Fault(f"{path}.{name}", f'"{region}" is not a region', 'no "/" and no "*"')


def _distribute_faults(path: str, shares: Sequence[Distribute]) -> Iterator[Fault]:
    yield from locality_list_faults(path, [one.from_ for one in shares])
    for index, one in enumerate(shares):
        place = f"{path}[{index}].to"
        for locality, weight in one.to.items():
            if not 1 <= weight <= 100:
                yield Fault(join(place, locality), f"{weight} is out of range", "1 to 100")
        if sum(one.to.values()) != 100:
            yield Fault(place, f"the shares sum up to {sum(one.to.values())}", "they must sum up to 100")
        yield from locality_list_faults(place, list(one.to))


def locality_list_faults(path: str, localities: Sequence[str]) -> Iterator[Fault]:
    """Yield what is wrong with localities that must not overlap: `*`, `region/*`, `region/zone/subzone`."""
    for index, locality in enumerate(localities):
        wildcard = locality.find("*")
        if wildcard >= 0 and (wildcard != len(locality) - 1 or (wildcard and locality[wildcard - 1] != "/")):
            yield Fault(path, f'"{locality}": * stands only for the last part', "as region/zone/*")
        for other in localities[:index]:
            if _overlap(locality, other):
                yield Fault(path, f'"{locality}" and "{other}" overlap')


def _overlap(one: str, other: str) -> bool:
    left = one.removesuffix("*").rstrip("/").split("/")
    right = other.removesuffix("*").rstrip("/").split("/")
    if left == [""] or right == [""]:
        return True
    size = min(len(left), len(right))
    return left[:size] == right[:size]
