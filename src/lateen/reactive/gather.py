"""Collections gathered from several collections or several rows: unions and groups."""

from collections.abc import Callable, Mapping
from typing import TypeVar

from lateen.reactive.collection import Collection
from lateen.reactive.derived import Derived
from lateen.reactive.engine import Engine
from lateen.reactive.index import Index
from lateen.reactive.read import Read
from lateen.reactive.shapes import follow

IK = TypeVar("IK")
K = TypeVar("K")
V = TypeVar("V")
V2 = TypeVar("V2")


def union(engine: Engine, name: str, *sources: Collection[K, V]) -> Derived[K, V]:
    """Add a collection with the rows of all `sources`; of two with one key the earlier source's stands."""
    tables = tuple(source.table for source in sources)

    def compute(read: Read, key: K) -> V | None:
        return next((table[key] for table in tables if key in table), None)

    derived: Derived[K, V] = Derived(*engine.place(name), "union", compute)
    return follow(engine.add(derived), *sources)


def group(
    engine: Engine,
    name: str,
    index: Index[IK, K, V],
    fn: Callable[[Read, IK, Mapping[K, V]], V2 | None],
) -> Derived[IK, V2]:
    """Add a collection with one row per bucket of `index`, made of all its rows in the order of their keys.

    A change of one row costs the size of its buckets. None makes no row.
    """

    def compute(read: Read, key: IK) -> V2 | None:
        rows = index.find(key)
        return fn(read, key, rows) if rows else None

    derived: Derived[IK, V2] = engine.add(Derived(*engine.place(name), "group", compute))
    derived.sources = (index.collection,)
    index.followers.append(derived.mark)
    for key in index.buckets:
        derived.mark(key, (index.name, key))
    return derived
