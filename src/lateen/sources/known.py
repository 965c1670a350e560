"""What a follower has told so far: turns lists and watch events into exactly the changes between them. Does no I/O."""

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from lateen.base.refs import Key
from lateen.kinds.projection import Data, Head, head_of
from lateen.sources.reading import Reading

Raw = dict[str, Any]


class Put(NamedTuple):
    """An object appeared or changed; `version` is its resourceVersion."""

    key: Key
    object: Any
    version: str = ""


class Delete(NamedTuple):
    """The object `uid` under `key` is gone. `object` is its last state where the server told it, else None."""

    key: Key
    uid: str
    object: Any = None


class Told(NamedTuple):
    """The status of an object, kept apart from it, is now this."""

    key: Key
    status: Raw


class Reached(NamedTuple):
    """What happened up to `resource_version` has been told: the last of it was no news."""

    resource_version: str


class Synced(NamedTuple):
    """Everything the server holds has been told (at `resource_version`; "" when the kind is not served)."""

    resource_version: str


Event = Put | Delete | Told | Reached | Synced


class _Seen(NamedTuple):
    uid: str
    version: str
    basis: Any = None
    status: Raw | None = None


class Known:
    """What was told of each object, and the version to watch on from ("" = list first)."""

    def __init__(self, read: Callable[[Data], Reading]) -> None:
        self.resource_version = ""
        self.read = read
        self._seen: dict[Key, _Seen] = {}

    def begin(self) -> "Arrival":
        """Take a complete list, page by page."""
        return Arrival(self)

    def replace(self, items: Iterable[Data], resource_version: str) -> list[Event]:
        """Take a complete list at once."""
        arrival = self.begin()
        arrival.take(items)
        return arrival.finish(resource_version)

    def news(self, head: Head) -> bool:
        """Say whether this version of the object has not been told."""
        seen = self._seen.get(head.key)
        return seen is None or (seen.uid, seen.version) != (head.uid, head.version)

    def gone(self, heads: dict[Key, Head]) -> list[Event]:
        """Forget what is not among `heads`, or is another object there."""
        events: list[Event] = []
        for key, seen in list(self._seen.items()):
            if key not in heads or heads[key].uid != seen.uid:
                del self._seen[key]
                events.append(Delete(key, seen.uid))
        return events

    def take(self, head: Head, reading: Reading) -> list[Event]:
        """Take one version of an object; tells what of it is news."""
        before = self._seen.get(head.key)
        events: list[Event] = []
        if before is not None and before.uid != head.uid:
            events.append(Delete(head.key, before.uid))
            before = None
        if before is not None and reading.basis is not None and reading.basis == before.basis:
            reading = reading._replace(basis=before.basis)  # the one that the store holds too
        else:
            events.append(Put(head.key, reading.object, head.version))
        if reading.status is not None and (before is None or reading.status != before.status):
            events.append(Told(head.key, reading.status))
        self._seen[head.key] = _Seen(head.uid, head.version, reading.basis, reading.status)
        return events or [Reached(head.version)]

    def apply(self, event_type: str, data: Data) -> list[Event]:
        """Take one watch event; what is known already gives nothing."""
        head = head_of(data)
        self.resource_version = head.version or self.resource_version
        if event_type == "BOOKMARK":
            return [Reached(head.version)] if head.version else []
        if event_type == "DELETED":
            before = self._seen.pop(head.key, None)
            return [] if before is None else [Delete(head.key, before.uid, self.read(data).object)]
        return self.take(head, self.read(data)) if self.news(head) else []


class Arrival:
    """A list that arrives in pages. Nothing is told before it is complete: a list cut short is no list."""

    def __init__(self, known: Known) -> None:
        self._known = known
        self._heads: dict[Key, Head] = {}
        self._fresh: dict[Key, Reading] = {}

    def take(self, items: Iterable[Data]) -> None:
        """Take a page; what is known already is not even decoded."""
        for data in items:
            head = head_of(data)
            self._heads[head.key] = head
            if self._known.news(head):
                self._fresh[head.key] = self._known.read(data)

    def finish(self, resource_version: str) -> list[Event]:
        """Tell deletions first, then what is new or changed, then `Synced`.

        An object that was deleted and made again under its name is told as both.
        """
        events = self._known.gone(self._heads)
        for key, reading in self._fresh.items():
            events += self._known.take(self._heads[key], reading)
        self._known.resource_version = resource_version
        return [*events, Synced(resource_version)]
