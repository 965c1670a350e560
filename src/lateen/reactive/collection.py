"""Named tables that know who read which of their rows, and the tables that are filled from outside."""

import logging
from collections.abc import Callable, ItemsView, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from lateen.reactive.work import Cause, Work

if TYPE_CHECKING:
    from lateen.reactive.derived import Derived
    from lateen.reactive.index import Index

K = TypeVar("K")
V = TypeVar("V")

_log = logging.getLogger(__name__)


class Readable:
    """Something with keys that tasks depend on: a collection's rows or an index's buckets.

    `readers` holds, for every key that was looked at, the (collection, task) pairs that looked; a key that is
    absent has readers too. No key stays without readers.
    """

    def __init__(self, name: str, rank: int) -> None:
        self.name = name
        self.rank = rank
        self.readers: dict[Any, set[tuple[Derived[Any, Any], Any]]] = {}

    def wake(self, key: Any, cause: Cause) -> None:
        """Mark dirty whoever looked at `key`."""
        for derived, task in self.readers.get(key, ()):
            derived.mark(task, cause)

    def remember(self, key: Any, reader: "tuple[Derived[Any, Any], Any]") -> None:
        """Note that a task looked at `key`."""
        self.readers.setdefault(key, set()).add(reader)

    def forget(self, key: Any, reader: "tuple[Derived[Any, Any], Any]") -> None:
        """Note that a task no longer looks at `key`."""
        readers = self.readers[key]
        readers.discard(reader)
        if not readers:
            del self.readers[key]


class Collection(Readable, Generic[K, V]):
    """A named table. Outside the engine it is read-only, except an `Input`.

    `followers` are called for every row that changes: they mark the tasks that are made from that row.
    `table` is the rows themselves: only the engine writes it. `changes` counts rows changed or removed.
    `shape` is how it is made: "input", "map", "product" and so on.
    """

    def __init__(self, name: str, rank: int, work: Work, shape: str) -> None:
        super().__init__(name, rank)
        self.table: dict[K, V] = {}
        self.indexes: list[Index[Any, K, V]] = []
        self.followers: list[Callable[[K, Cause], None]] = []
        self.changes = 0
        self.work = work
        self.shape = shape
        self._subscribers: list[Callable[[Mapping[K, V | None]], None]] = []
        self._delivered: dict[K, V | None] = {}

    @property
    def read(self) -> bool:
        """Whether anything is made from this table."""
        return bool(self.followers or self.indexes or self.readers)

    def __len__(self) -> int:
        return len(self.table)

    def __contains__(self, key: object) -> bool:
        return key in self.table

    def __iter__(self) -> Iterator[K]:
        return iter(self.table)

    def get(self, key: K) -> V | None:
        """Return the row of `key`, None when there is none."""
        return self.table.get(key)

    def items(self) -> ItemsView[K, V]:
        """Return keys and rows, in no particular order."""
        return self.table.items()

    def subscribe(self, subscriber: Callable[[Mapping[K, V | None]], None]) -> Callable[[], None]:
        """Call `subscriber` once per settle, with the rows that differ since the last one (None = gone).

        Rows that are there already are not told. Returns what ends the subscription.
        """
        self._subscribers.append(subscriber)

        def unsubscribe() -> None:
            self._subscribers.remove(subscriber)
            if not self._subscribers:
                self._delivered.clear()

        return unsubscribe

    def deliver(self) -> None:
        """Tell subscribers what differs from the last delivery; one that raises is logged."""
        if not self._delivered:
            return
        before, self._delivered = self._delivered, {}
        table = self.table
        changed = {key: table.get(key) for key, old in before.items() if table.get(key) != old}
        for subscriber in tuple(self._subscribers) if changed else ():
            try:
                subscriber(changed)
            except Exception:
                _log.exception("a subscriber of %s failed", self.name)

    def store(self, key: K, value: V | None, because: Cause) -> bool:
        """Set a row (None removes it) and mark dirty all that depends on it; False when it is equal."""
        old = self.table.get(key)
        if old is value or old == value:
            return False
        if value is None:
            del self.table[key]
        else:
            self.table[key] = value
        self.changes += 1
        self.work.record(self.name, key, "removed" if value is None else "changed", because)
        if self._subscribers:
            self._delivered.setdefault(key, old)
        self._spread(key, old, value)
        return True

    def _spread(self, key: K, old: V | None, new: V | None) -> None:
        cause = (self.name, key)
        for index in self.indexes:
            index.update(key, old, new, cause)
        for follow in self.followers:
            follow(key, cause)
        self.wake(key, cause)


class Input(Collection[K, V]):
    """A collection that is filled from outside, between steps."""

    def put(self, key: K, value: V) -> None:
        """Set a row. An equal value is no change."""
        self._write(key, value)

    def delete(self, key: K) -> None:
        """Remove a row; no change when there is none."""
        self._write(key, None)

    def _write(self, key: K, value: V | None) -> None:
        self.work.outside(self.name)
        self.store(key, value, None)
