"""An analyzer: what it is called, which kinds it reads, and what it finds among them."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from lateen.analysis.finding import Finding
from lateen.analysis.snapshot import Snapshot


class Analyzer(NamedTuple):
    """`name` is Istio's, or begins with "lateen." `inputs`: the kinds that it reads."""

    name: str
    description: str
    inputs: tuple[str, ...]
    analyze: Callable[[Snapshot], Iterator[Finding]]
    default: bool = True
