"""Match label selectors against labels."""

from collections.abc import Mapping

Labels = Mapping[str, str]


def matches(selector: Labels, labels: Labels) -> bool:
    """Say whether `labels` hold every pair of `selector`. An empty selector matches everything."""
    return all(labels.get(key) == value for key, value in selector.items())
