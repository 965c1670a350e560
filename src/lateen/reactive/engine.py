"""Build collections in order, keep them up to date, and show what happened."""

from collections.abc import Callable, Iterable, Mapping
from heapq import heappop
from typing import Any, TypeVar

from lateen.reactive.collection import Collection, Input
from lateen.reactive.derived import Demand, Derived, Many
from lateen.reactive.graph import describe
from lateen.reactive.index import Index
from lateen.reactive.read import Read
from lateen.reactive.shapes import cross, each, follow, pair
from lateen.reactive.work import Event, Work

IK = TypeVar("IK")
K = TypeVar("K")
V = TypeVar("V")
LK = TypeVar("LK")
LV = TypeVar("LV")
K2 = TypeVar("K2")
V2 = TypeVar("V2")
C = TypeVar("C", bound=Collection[Any, Any])

_BATCH = 1000


class Engine:
    """A street of collections. `events` is how many events are remembered.

    Between calls anything may be put, wanted or released; `step` and `settle` bring all up to date.
    """

    def __init__(self, events: int = 4096) -> None:
        self._work = Work(events)
        self._collections: list[Collection[Any, Any]] = []
        self._names: set[str] = set()

    def input(self, name: str) -> Input[Any, Any]:
        """Add a collection that is filled from outside."""
        return self.add(Input(*self.place(name), "input"))

    def map(self, name: str, source: Collection[K, V], fn: Callable[[Read, K, V], V2 | None]) -> Derived[K, V2]:
        """Add a collection with one row per row of `source`, under the same key; None makes no row."""
        return follow(self.add(Derived(*self.place(name), "map", each(source, fn))), source)

    def flat_map(
        self, name: str, source: Collection[K, V], fn: Callable[[Read, K, V], Iterable[tuple[K2, V2]]]
    ) -> Derived[K2, V2]:
        """Add a collection with any rows per row of `source`. Of two makers of one key the smaller wins."""
        return follow(self.add(Many(*self.place(name), "flat_map", each(source, fn))), source)

    def product(
        self,
        name: str,
        left: Collection[LK, LV],
        right: Collection[K, V],
        fn: Callable[[Read, LK, LV, K, V], V2 | None],
    ) -> Derived[tuple[LK, K], V2]:
        """Add a collection with one row per pair of rows, under the pair of their keys; None makes no row."""
        return cross(self.add(Derived(*self.place(name), "product", pair(left, right, fn))), left, right)

    def product_flat(
        self,
        name: str,
        left: Collection[LK, LV],
        right: Collection[K, V],
        fn: Callable[[Read, LK, LV, K, V], Iterable[tuple[K2, V2]]],
    ) -> Derived[K2, V2]:
        """Add a collection with any rows per pair of rows. Keys are unique; else the smaller pair wins."""
        many: Many[K2, V2] = Many(*self.place(name), "product_flat", pair(left, right, fn))
        return cross(self.add(many), left, right)

    def demand(self, name: str, fn: Callable[[Read, K], V | None]) -> Demand[K, V]:
        """Add a collection that computes wanted keys only."""
        return self.add(Demand(*self.place(name), "demand", fn))

    def index(self, name: str, collection: Collection[K, V], fn: Callable[[K, V], Iterable[IK]]) -> Index[IK, K, V]:
        """Add a way to find rows of `collection`: under every key that `fn(key, row)` names. `fn` is pure."""
        self._claim_name(name)
        return Index(name, collection, fn)

    def step(self, budget: int) -> bool:
        """Run at most `budget` dirty tasks, in order of the street; True while there is more to do."""
        work, queue = self._work, self._work.queue
        work.running = True
        try:
            while queue:
                derived = self._collections[queue[0]]
                assert isinstance(derived, Derived)
                while derived.dirty:
                    if budget <= 0:
                        return True
                    derived.run_next()
                    budget -= 1
                heappop(queue)
            return False
        finally:
            work.running = False

    def settle(self) -> None:
        """Run everything that is dirty, then tell subscribers; again if they changed something."""
        while True:
            while self.step(_BATCH):
                pass
            for collection in self._collections:
                collection.deliver()
            if not self._work.queue:
                return

    @property
    def collections(self) -> Mapping[str, Collection[Any, Any]]:
        """All collections by name, in order."""
        return {collection.name: collection for collection in self._collections}

    @property
    def errors(self) -> Mapping[tuple[str, Any], str]:
        """The last error of every task that fails, by collection and key; an index's too."""
        return self._work.errors

    @property
    def events(self) -> list[Event]:
        """What happened of late, oldest first."""
        return [Event(*event) for event in self._work.ring]

    def ran(self, since: int = 0) -> list[tuple[str, Any]]:
        """Return which tasks ran, as (collection, key), from the event numbered `since` on."""
        return [(name, key) for sequence, name, key, what, _ in self._work.ring if what == "run" and sequence >= since]

    def graph(self) -> dict[str, Any]:
        """Describe all collections for a debug page: JSON-able, in order."""
        return {"collections": describe(self._collections, self._work)}

    def place(self, name: str) -> tuple[str, int, Work]:
        """Take a name; return what a new collection needs: its name, its rank, and the shared ledger."""
        self._claim_name(name)
        return name, len(self._collections), self._work

    def add(self, collection: C) -> C:
        """Put a collection at the place that was taken for it."""
        self._collections.append(collection)
        return collection

    def _claim_name(self, name: str) -> None:
        if name in self._names:
            raise ValueError(f"there is a collection or an index named {name} already")
        self._names.add(name)
