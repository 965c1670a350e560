"""Hand every change to every watcher: recent ones from memory, each encoded once; older ones from storage."""

import asyncio
from collections import defaultdict, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import msgspec

from lateen.apiserver.selectors import Selector
from lateen.apiserver.storage import Change, Storage

RECENT = 256  # changes of one resource that are kept in memory


class Notice:
    """One change as watchers see it. What is computed from it is computed once, whoever asks."""

    __slots__ = ("_lines", "_past", "_raw", "change")

    def __init__(self, change: Change) -> None:
        self.change = change
        self._raw: dict[str, Any] | None = None
        self._past: dict[str, Any] | None = None
        self._lines: dict[tuple[str, str], bytes] = {}

    @property
    def raw(self) -> dict[str, Any]:
        """The object after the change (of a deletion: its last state, with the deletion's revision)."""
        if self._raw is None:
            self._raw = msgspec.json.decode(self.change.body)
        return self._raw

    @property
    def past(self) -> dict[str, Any] | None:
        """The object before the change, but with the change's revision: what leaves a watcher's sight."""
        if self._past is None and self.change.before is not None:
            past: dict[str, Any] = msgspec.json.decode(self.change.before)
            revision = str(self.change.revision)
            self._past = past | {"metadata": past["metadata"] | {"resourceVersion": revision}}
        return self._past

    def seen_by(self, selector: Selector) -> tuple[str, bool]:
        """What the change is to one who sees only what `selector` matches.

        Returns the event's type ("" = nothing happened for them) and whether they are shown `past`.
        """
        if not selector:
            return self.change.type, False
        past = self.past
        was = past is not None and selector.matches(past)
        if self.change.type == "DELETED":
            return ("DELETED" if was else ""), False
        if selector.matches(self.raw):
            return ("MODIFIED" if was else "ADDED"), False
        return ("DELETED" if was else ""), True

    def line(self, event: str, form: str, encode: Callable[[], bytes]) -> bytes:
        """The line of a watch for this change in the form named `form`, made by `encode` when first asked for."""
        cached = self._lines.get((event, form))
        if cached is None:
            cached = self._lines[event, form] = encode()
        return cached


class Feed:
    """The changes of all resources, and who waits for them."""

    def __init__(self, storage: Storage, recent: int = RECENT) -> None:
        self._storage = storage
        self._recent: defaultdict[str, deque[Notice]] = defaultdict(lambda: deque(maxlen=recent))
        self.closed = False
        self._begin = storage.revision
        self._reach: dict[str, int] = {}  # by resource: revisions up to this one are no longer in memory
        self._waiting: defaultdict[str, set[asyncio.Event]] = defaultdict(set)
        storage.subscribe(self._record)

    def since(self, resource: str, revision: int) -> list[Notice]:
        """Changes after `revision`, oldest first; maybe not all at once. Raises Refusal 410 when too old."""
        if revision < self._reach.get(resource, self._begin):
            return [Notice(change) for change in self._storage.changes(resource, revision)]
        found: list[Notice] = []
        for notice in reversed(self._recent[resource]):
            if notice.change.revision <= revision:
                break
            found.append(notice)
        return found[::-1]

    @contextmanager
    def wakes(self, resource: str) -> Iterator[asyncio.Event]:
        """An event that is set whenever the resource changes."""
        event = asyncio.Event()
        self._waiting[resource].add(event)
        try:
            yield event
        finally:
            self._waiting[resource].discard(event)

    def close(self) -> None:
        """Tell everybody who waits that nothing more will come."""
        self.closed = True
        for waiting in self._waiting.values():
            for event in waiting:
                event.set()

    def _record(self, change: Change) -> None:
        recent = self._recent[change.resource]
        if len(recent) == recent.maxlen:
            self._reach[change.resource] = recent[0].change.revision
        recent.append(Notice(change))
        for event in self._waiting[change.resource]:
            event.set()
