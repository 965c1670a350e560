"""What a computation looks through: everything it looks at becomes its dependency."""

from collections.abc import Mapping
from typing import Any, Final, TypeVar

from lateen.reactive.collection import Collection, Readable
from lateen.reactive.index import Index, whole

IK = TypeVar("IK")
K = TypeVar("K")
V = TypeVar("V")

ENDED: Final = -1
"""The rank of a run that has ended: nothing comes before it, so nothing may be read."""


class OutOfOrder(Exception):
    """A computation read a collection that does not come before it, or read after it had ended."""


class Read:
    """One run's eyes. A key that is absent is a dependency too: the task runs again when it appears.

    `seen` is an ordered set of what was looked at; `rank` is that of the collection that runs.
    """

    __slots__ = ("name", "rank", "seen")

    def __init__(self, name: str, rank: int) -> None:
        self.name = name
        self.rank = rank
        self.seen: dict[tuple[Readable, Any], None] = {}

    def get(self, collection: Collection[K, V], key: K) -> V | None:
        """Return the row of `key`, None when there is none."""
        if collection.rank >= self.rank:
            self._refuse(collection)
        self.seen[collection, key] = None
        return collection.table.get(key)

    def find(self, index: Index[IK, K, V], key: IK) -> Mapping[K, V]:
        """Return the rows that `index` has under `key`, in the order of their keys."""
        if index.rank >= self.rank:
            self._refuse(index)
        self.seen[index, key] = None
        return index.find(key)

    def all(self, collection: Collection[K, V]) -> Mapping[K, V]:
        """Return all rows, in the order of their keys. The task runs again at any change among them."""
        return self.find(whole(collection), None)

    def _refuse(self, readable: Readable) -> None:
        if self.rank == ENDED:
            raise OutOfOrder(f"{self.name} read {readable.name} after its computation had ended")
        raise OutOfOrder(f"{self.name} reads {readable.name}, which does not come before it: create it earlier")
