"""Collections that compute themselves, task by task."""

import logging
from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar

from lateen.reactive.collection import Collection, Readable
from lateen.reactive.read import ENDED, Read
from lateen.reactive.work import Cause, Work

K = TypeVar("K")
V = TypeVar("V")

_log = logging.getLogger(__name__)


class Derived(Collection[K, V]):
    """A collection of which each row is made by the task of the same key.

    `compute(read, task)` returns the row, or None when there is none: also when the source row is gone.
    `reads` holds what each task looked at, for those that looked at anything; `read_from` the tables that
    tasks ever looked into; `runs` counts runs.
    """

    def __init__(self, name: str, rank: int, work: Work, shape: str, compute: Callable[[Read, Any], Any]) -> None:
        super().__init__(name, rank, work, shape)
        self.sources: Sequence[Collection[Any, Any]] = ()
        self.dirty: dict[Any, Cause] = {}
        self.reads: dict[Any, tuple[tuple[Readable, Any], ...]] = {}
        self.read_from: set[Readable] = set()
        self.runs = 0
        self._compute = compute

    def mark(self, task: Any, cause: Cause) -> None:
        """Make a task dirty; the first cause is kept."""
        dirty = self.dirty
        if task not in dirty:
            if not dirty:
                self.work.enqueue(self.rank)
            dirty[task] = cause

    def run_next(self) -> None:
        """Run one dirty task, the latest marked first (removing from a dict's end is cheap)."""
        task, cause = self.dirty.popitem()
        work = self.work
        work.record(self.name, task, "run", cause)
        self.runs += 1
        read = Read(self.name, self.rank)
        try:
            if not self._keep(task, self._compute(read, task)):
                work.record(self.name, task, "same", cause)
            work.recovered(self.name, task)
        except Exception as error:
            work.failed(self.name, task, error)
        finally:
            read.rank = ENDED
            self._depend(task, read.seen)

    def _keep(self, task: Any, result: Any) -> bool:
        """Store what a task made; False when nothing changed."""
        return self.store(task, result, (self.name, task))

    def _depend(self, task: Any, seen: dict[tuple[Readable, Any], None]) -> None:
        old = self.reads.get(task, ())
        new = tuple(seen)
        if new == old:
            return
        reader = (self, task)
        for readable, key in old:
            if (readable, key) not in seen:
                readable.forget(key, reader)
        known = frozenset(old)
        for read in new:
            if read not in known:
                read[0].remember(read[1], reader)
                self.read_from.add(read[0])
        if new:
            self.reads[task] = new
        else:
            del self.reads[task]


class Many(Derived[K, V]):
    """A collection of which each task makes any number of rows.

    Where tasks claim one key, the smallest task's row stands; the others step in, in order, when it leaves.
    """

    def __init__(self, name: str, rank: int, work: Work, shape: str, compute: Callable[[Read, Any], Any]) -> None:
        super().__init__(name, rank, work, shape, compute)
        self.made: dict[Any, dict[K, V]] = {}
        self.claims: dict[K, tuple[Any, ...]] = {}

    def _keep(self, task: Any, result: Iterable[tuple[K, V]] | None) -> bool:
        offers = self._offers(task, result or ())
        old = self.made.pop(task, {})
        if offers:
            self.made[task] = offers
        changed = False
        for key in {**old, **offers}:
            if (key in old) != (key in offers):
                self._claim(key, task, key in offers)
            claims = self.claims.get(key)
            row = self.made[claims[0]][key] if claims else None
            changed |= self.store(key, row, (self.name, task))
        return changed

    def _offers(self, task: Any, rows: Iterable[tuple[K, V]]) -> dict[K, V]:
        offers: dict[K, V] = {}
        for key, value in rows:
            if offers.setdefault(key, value) is not value:
                _log.warning("%s: %r makes %r twice; the first stands", self.name, task, key)
        return offers

    def _claim(self, key: K, task: Any, comes: bool) -> None:
        claims = tuple(sorted((task, *(other for other in self.claims.get(key, ()) if other != task))))
        if not comes:
            claims = tuple(other for other in claims if other != task)
        if not claims:
            del self.claims[key]
            return
        self.claims[key] = claims
        if comes and len(claims) > 1:
            _log.warning("%s: %r and %r both make %r; the first stands", self.name, *claims[:2], key)


class Demand(Derived[K, V]):
    """A collection that computes only the keys that are wanted, each as long as somebody wants it."""

    def __init__(self, name: str, rank: int, work: Work, shape: str, fn: Callable[[Read, K], V | None]) -> None:
        wanted: dict[K, int] = {}
        super().__init__(name, rank, work, shape, lambda read, key: fn(read, key) if key in wanted else None)
        self.wanted = wanted

    def want(self, key: K) -> None:
        """Ask for a key. Each `want` is paired with one `release`."""
        self.work.outside(self.name)
        self.wanted[key] = self.wanted.get(key, 0) + 1
        if self.wanted[key] == 1:
            self.mark(key, None)

    def release(self, key: K) -> None:
        """Give up one `want` (KeyError: none is left); after the last, the row goes, and what it made."""
        self.work.outside(self.name)
        self.wanted[key] -= 1
        if not self.wanted[key]:
            del self.wanted[key]
            self.mark(key, None)
