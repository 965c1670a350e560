"""The shapes of derived collections: from which rows a task is made, and which tasks a changed row marks."""

from collections.abc import Callable
from typing import Any, TypeVar

from lateen.reactive.collection import Collection
from lateen.reactive.derived import Derived
from lateen.reactive.read import Read
from lateen.reactive.work import Cause

D = TypeVar("D", bound=Derived[Any, Any])


def each(source: Collection[Any, Any], fn: Callable[[Read, Any, Any], Any]) -> Callable[[Read, Any], Any]:
    """Make the computation of a task that is one row's; None when the row is gone."""
    rows = source.table

    def compute(read: Read, key: Any) -> Any:
        row = rows.get(key)
        return None if row is None else fn(read, key, row)

    return compute


def pair(
    left: Collection[Any, Any], right: Collection[Any, Any], fn: Callable[[Read, Any, Any, Any, Any], Any]
) -> Callable[[Read, Any], Any]:
    """Make the computation of a task that is a pair of rows'; None when one of them is gone."""
    lefts, rights = left.table, right.table

    def compute(read: Read, keys: tuple[Any, Any]) -> Any:
        lk, rk = keys
        lv, rv = lefts.get(lk), rights.get(rk)
        return None if lv is None or rv is None else fn(read, lk, lv, rk, rv)

    return compute


def follow(derived: D, *sources: Collection[Any, Any]) -> D:
    """Mark a task for each row of `sources`: those that are there now, and each that changes."""
    derived.sources = sources
    for source in sources:
        source.followers.append(derived.mark)
        for key in source:
            derived.mark(key, (source.name, key))
    return derived


def cross(derived: D, left: Collection[Any, Any], right: Collection[Any, Any]) -> D:
    """Mark a task for each pair of rows: all now, and for a row that changes its pairs with the other side.

    When both rows of a pair leave, the first to leave still finds the other, and marks the pair; in a product
    of a collection with itself they are one row, which nobody finds any more.
    """

    def left_changed(lk: Any, cause: Cause) -> None:
        for rk in right:
            derived.mark((lk, rk), cause)
        if left is right:
            derived.mark((lk, lk), cause)

    def right_changed(rk: Any, cause: Cause) -> None:
        for lk in left:
            derived.mark((lk, rk), cause)

    derived.sources = (left, right)
    left.followers.append(left_changed)
    right.followers.append(right_changed)
    for key in left:
        left_changed(key, (left.name, key))
    return derived
