"""What the collections of an engine share: the queue of those that are dirty, the events, the errors."""

import logging
from collections import deque
from heapq import heappush
from itertools import count
from typing import Any, Literal, NamedTuple

_log = logging.getLogger(__name__)

Cause = tuple[str, Any] | None
"""The collection and the key that changed; None: something outside the engine."""

What = Literal["run", "same", "changed", "removed", "error"]


class Event(NamedTuple):
    """One thing that happened.

    "run": the task `key` ran because `because` changed; "same": nothing came of it; "error": it failed.
    "changed" and "removed": the row `key` of `collection` did.
    """

    sequence: int
    collection: str
    key: Any
    what: What
    because: Cause


class Work:
    """`queue` is a heap of the ranks that have dirty tasks; `errors` holds failed tasks' last errors as text;
    `running` is true while tasks run."""

    def __init__(self, events: int) -> None:
        self.queue: list[int] = []
        self.errors: dict[tuple[str, Any], str] = {}
        self.running = False
        self.sequence = count()
        self.ring: deque[tuple[int, str, Any, What, Cause]] = deque(maxlen=events)

    def outside(self, collection: str) -> None:
        """Raise RuntimeError when a computation is running: only what is outside may write."""
        if self.running:
            raise RuntimeError(f"a computation wrote to {collection}: computations only read")

    def enqueue(self, rank: int) -> None:
        """Note that the collection of this rank has dirty tasks."""
        heappush(self.queue, rank)

    def record(self, collection: str, key: Any, what: What, because: Cause) -> None:
        """Append to the ring. A plain tuple: this is done for every task, always."""
        self.ring.append((next(self.sequence), collection, key, what, because))

    def failed(self, collection: str, key: Any, error: Exception) -> None:
        """Record that a computation raised. The same failure of the same task is logged once."""
        text = f"{type(error).__name__}: {error}"
        self.record(collection, key, "error", None)
        if self.errors.get((collection, key)) != text:
            self.errors[collection, key] = text
            _log.error("computing %s %r failed; its last result stands", collection, key, exc_info=error)

    def recovered(self, collection: str, key: Any) -> None:
        """Forget an error: its task ran well, or is gone."""
        if self.errors:
            self.errors.pop((collection, key), None)
