"""Shares of traffic among destinations."""

from collections.abc import Iterator, Sequence

from lateen.base.errors import Fault


def weight_faults(path: str, weights: Sequence[int]) -> Iterator[Fault]:
    """Yield what is wrong with the weights of a route's destinations. They need not sum up to 100."""
    for index, weight in enumerate(weights):
        if weight < 0:
            yield Fault(f"{path}[{index}].weight", f"{weight} is negative", "0 or more")
    if len(weights) > 1 and not any(weights):
        yield Fault(path, "the weights sum up to 0, so nothing would get traffic", "give each a weight")
