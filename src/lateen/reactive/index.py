"""Find a collection's rows by something else than their key, kept up to date row by row."""

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Any, Generic, TypeVar

from lateen.reactive.collection import Collection, Readable
from lateen.reactive.work import Cause

IK = TypeVar("IK")
K = TypeVar("K")
V = TypeVar("V")

_EMPTY: Mapping[Any, Any] = MappingProxyType({})


class _Bucket(Generic[K, V]):
    """The rows under one index key. `found` is what readers got: made anew only after a change; `order`, the
    sorted keys, only after a key came or went."""

    __slots__ = ("found", "order", "rows")

    def __init__(self) -> None:
        self.rows: dict[K, V] = {}
        self.order: list[K] | None = None
        self.found: Mapping[K, V] | None = None

    def put(self, key: K, value: V) -> None:
        if key not in self.rows:
            self.order = None
        self.rows[key] = value
        self.found = None

    def remove(self, key: K) -> None:
        del self.rows[key]
        self.order = self.found = None

    def sorted(self) -> Mapping[K, V]:
        if self.found is None:
            if self.order is None:
                self.order = sorted(self.rows)  # type: ignore[type-var]  # keys sort: a law of collections
            rows = self.rows
            self.found = MappingProxyType({key: rows[key] for key in self.order})
        return self.found


class Index(Readable, Generic[IK, K, V]):
    """Rows of `collection` under every key that `fn(key, row)` names.

    `fn` is pure: it is asked again when the row leaves. If it raises for a row, that row is in no bucket.
    `followers` are called for every bucket that changes: they mark the tasks that are made from that bucket.
    """

    def __init__(self, name: str, collection: Collection[K, V], fn: Callable[[K, V], Iterable[IK]]) -> None:
        super().__init__(name, collection.rank)
        self.collection = collection
        self.followers: list[Callable[[IK, Cause], None]] = []
        self.buckets: dict[IK, _Bucket[K, V]] = {}
        self._fn = fn
        self._work = collection.work
        for key, value in collection.items():
            self.update(key, None, value, None)
        collection.indexes.append(self)

    def find(self, key: IK) -> Mapping[K, V]:
        """Return the rows under `key`, in the order of their keys. The mapping never changes afterwards."""
        bucket = self.buckets.get(key)
        return _EMPTY if bucket is None else bucket.sorted()

    def update(self, key: K, old: V | None, new: V | None, cause: Cause) -> None:
        """Move a row to the buckets it belongs to now, and wake who reads a bucket it is or was in."""
        before = () if old is None else self._keys(key, old)
        after: dict[IK, None] | tuple[()] = ()
        if new is None:
            self._work.recovered(self.name, key)
        else:
            after = self._keys(key, new)
            for name in after:
                self.buckets.setdefault(name, _Bucket()).put(key, new)
                self._tell(name, cause)
        for name in before:
            if name not in after:
                self._take(name, key)
                self._tell(name, cause)

    def _tell(self, name: IK, cause: Cause) -> None:
        for follow in self.followers:
            follow(name, cause)
        self.wake(name, cause)

    def _keys(self, key: K, value: V) -> dict[IK, None]:
        try:
            keys = dict.fromkeys(self._fn(key, value))
        except Exception as error:
            self._work.failed(self.name, key, error)
            return {}
        self._work.recovered(self.name, key)
        return keys

    def _take(self, name: IK, key: K) -> None:
        bucket = self.buckets[name]
        bucket.remove(key)
        if not bucket.rows:
            del self.buckets[name]


def whole(collection: Collection[K, V]) -> Index[None, K, V]:
    """Return the index that holds all of a collection in one bucket, under None; made when first asked."""
    for index in collection.indexes:
        if index._fn is _everything:
            return index
    return Index(f"{collection.name} (all)", collection, _everything)


def _everything(key: Any, value: Any) -> tuple[None]:
    return (None,)
