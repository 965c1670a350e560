"""Endpoints of a service as they are planned, with what subsets and localities tell them apart by."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from lateen.base.selectors import matches
from lateen.plan.upstream import Endpoint, LocalityEndpoints


class Member(NamedTuple):
    """One endpoint: `labels` of the workload at it, `locality` "region/zone/subzone", "" = unknown."""

    endpoint: Endpoint
    labels: Mapping[str, str]
    locality: str = ""
    network: str = ""
    node: str = ""


# The members of a service by the number of its port.
ByPort = Mapping[int, tuple[Member, ...]]


def chosen(members: Iterable[Member], labels: Mapping[str, str]) -> list[Member]:
    """Return the members that have all these labels."""
    return [one for one in members if matches(labels, one.labels)]


def by_locality(members: Iterable[Member]) -> tuple[LocalityEndpoints, ...]:
    """Group members by their localities, in order."""
    found: dict[str, list[Endpoint]] = {}
    for one in members:
        found.setdefault(one.locality, []).append(one.endpoint)
    return tuple(LocalityEndpoints(tuple(found[locality]), locality) for locality in sorted(found))
