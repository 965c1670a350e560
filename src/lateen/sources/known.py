"""What a follower has told so far: turns lists and watch events into exactly the changes between them. Does no I/O."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from lateen.base.refs import Key

Raw = dict[str, Any]


class Put(NamedTuple):
    """An object appeared or changed."""

    key: Key
    raw: Raw


class Delete(NamedTuple):
    """The object `uid` under `key` is gone. `raw` is its last known state where the server told it, else {}."""

    key: Key
    uid: str
    raw: Raw


class Synced(NamedTuple):
    """Everything the server holds has been told (at `resource_version`; "" when the kind is not served)."""

    resource_version: str


Event = Put | Delete | Synced


class _Seen(NamedTuple):
    uid: str
    version: str


class Known:
    """The keys, uids and versions told so far, and the version to watch on from ("" = list first)."""

    def __init__(self) -> None:
        self.resource_version = ""
        self._seen: dict[Key, _Seen] = {}

    def replace(self, items: Sequence[Raw], resource_version: str) -> list[Event]:
        """Take a complete list: deletions first, then what is new or changed, then `Synced`.

        An object that was deleted and made again under its name is told as both.
        """
        fresh = {_key(item): item for item in items}
        events: list[Event] = []
        for key, seen in list(self._seen.items()):
            if key not in fresh or _seen(fresh[key]).uid != seen.uid:
                del self._seen[key]
                events.append(Delete(key, seen.uid, {}))
        for key, item in fresh.items():
            if self._seen.get(key) != _seen(item):
                self._seen[key] = _seen(item)
                events.append(Put(key, item))
        self.resource_version = resource_version
        return [*events, Synced(resource_version)]

    def apply(self, event_type: str, raw: Raw) -> list[Event]:
        """Take one watch event; what is known already gives nothing."""
        self.resource_version = raw["metadata"].get("resourceVersion") or self.resource_version
        if event_type == "BOOKMARK":
            return []
        key, now = _key(raw), _seen(raw)
        before = self._seen.get(key)
        if event_type == "DELETED":
            if before is None:
                return []
            del self._seen[key]
            return [Delete(key, before.uid, raw)]
        if before == now:
            return []
        self._seen[key] = now
        replaced = before is not None and before.uid != now.uid
        gone: list[Event] = [Delete(key, before.uid, {})] if before and replaced else []
        return [*gone, Put(key, raw)]


def _key(raw: Raw) -> Key:
    return Key(raw["metadata"].get("namespace", ""), raw["metadata"]["name"])


def _seen(raw: Raw) -> _Seen:
    return _Seen(raw["metadata"].get("uid", ""), raw["metadata"].get("resourceVersion", ""))
