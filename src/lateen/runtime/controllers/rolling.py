"""How far a rolling update may go now: how many replicas each ReplicaSet of a Deployment is to have. Pure."""

import math
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Replicas:
    """A ReplicaSet: how many pods it is to have, how many are available."""

    name: str
    wanted: int
    available: int


@dataclass(frozen=True, slots=True)
class Limits:
    """How many pods the Deployment wants, how many more there may be, how many of them may be missing."""

    desired: int
    surge: int
    unavailable: int

    @classmethod
    def of(cls, desired: int, surge: int | str, unavailable: int | str) -> "Limits":
        """Percentages are of `desired`: surge rounded up, unavailable down; both zero: one may be missing."""
        more, fewer = math.ceil(_share(surge, desired)), math.floor(_share(unavailable, desired))
        return cls(desired, more, fewer if more or fewer else 1)


def _share(value: int | str, of: int) -> float:
    return value if isinstance(value, int) else int(value.removesuffix("%")) * of / 100


def rolling(limits: Limits, new: Replicas, olds: Sequence[Replicas]) -> dict[str, int]:
    """The replicas to set now, by name; olds come oldest first. Unavailable old pods go first."""
    total = new.wanted + sum(old.wanted for old in olds)
    room = limits.desired + limits.surge - total
    grown = min(limits.desired, new.wanted + max(room, 0))
    result = {new.name: grown if new.wanted <= limits.desired else limits.desired}
    result |= {old.name: old.wanted for old in olds}
    least = limits.desired - limits.unavailable
    removable = total - least - max(new.wanted - new.available, 0)
    for old in olds:
        unhealthy = min(max(old.wanted - old.available, 0), max(removable, 0))
        result[old.name] -= unhealthy
        removable -= unhealthy
    spare = new.available + sum(min(old.available, result[old.name]) for old in olds) - least
    for old in olds:
        fewer = min(result[old.name], max(spare, 0))
        result[old.name] -= fewer
        spare -= fewer
    return result


def recreate(limits: Limits, new: Replicas, olds: Sequence[Replicas], old_pods: int) -> dict[str, int]:
    """All old pods go before the first new one comes; `old_pods` counts those that are still there."""
    result = {old.name: 0 for old in olds}
    return {**result, new.name: limits.desired if old_pods == 0 else new.wanted}
