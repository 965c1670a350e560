"""Describe a street of collections for a debug page."""

from collections.abc import Iterable
from typing import Any

from lateen.reactive.collection import Collection
from lateen.reactive.derived import Derived
from lateen.reactive.work import Work


def describe(collections: Iterable[Collection[Any, Any]], work: Work) -> list[dict[str, Any]]:
    """Return one JSON-able entry per collection, in the order they were given.

    `inputs` are the collections it is made from, `reads` the collections and indexes its tasks ever looked
    into; `changes` counts rows changed or removed; `indexes` gives the number of buckets by name.
    """
    failing = [name for name, _ in work.errors]
    return [_entry(collection) | {"errors": failing.count(collection.name)} for collection in collections]


def _entry(collection: Collection[Any, Any]) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "name": collection.name,
        "shape": collection.shape,
        "size": len(collection),
        "changes": collection.changes,
        "indexes": {index.name: len(index.buckets) for index in collection.indexes},
    }
    if isinstance(collection, Derived):
        entry["inputs"] = [source.name for source in collection.sources]
        entry["reads"] = sorted(readable.name for readable in collection.read_from)
        entry["runs"] = collection.runs
        entry["dirty"] = len(collection.dirty)
    return entry
