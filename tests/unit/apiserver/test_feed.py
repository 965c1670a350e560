import pytest
from apiservers import config_map

from lateen.apiserver.feed import Feed
from lateen.apiserver.selectors import parse_selector
from lateen.apiserver.status import Refusal
from lateen.apiserver.storage import Storage
from lateen.base.refs import Key

A = Key("default", "a")


def put(storage: Storage, label: str = "", key: Key = A) -> None:
    raw = config_map(key.name, labels={"app": label})
    storage.put("configmaps", key, raw)


def test_changes_come_from_memory_or_from_storage_alike(storage: Storage) -> None:
    start = storage.revision
    small, large = Feed(storage, recent=2), Feed(storage)
    for number in range(5):
        put(storage, str(number))
    for revision in range(start, storage.revision + 1):
        told = [[(n.change.revision, n.raw) for n in feed.since("configmaps", revision)] for feed in (small, large)]
        assert told[0] == told[1] and len(told[0]) == storage.revision - revision


def test_what_is_too_old_is_gone(storage: Storage) -> None:
    feed = Feed(storage)
    with pytest.raises(Refusal) as refused:
        feed.since("configmaps", storage.floor - 1)
    assert refused.value.code == 410


def test_leaving_and_entering_a_selection_are_deletion_and_addition(storage: Storage) -> None:
    feed, selector = Feed(storage), parse_selector("app=x", "")
    start = storage.revision
    for label in ("y", "x", "x", "y", "y"):
        put(storage, label)
    storage.delete("configmaps", A, config_map("a", labels={"app": "y"}))
    seen = [notice.seen_by(selector) for notice in feed.since("configmaps", start)]
    assert seen[:5] == [("", True), ("ADDED", False), ("MODIFIED", False), ("DELETED", True), ("", True)]
    assert seen[5][0] == ""
    left = feed.since("configmaps", start)[3]
    assert left.past is not None and left.past["metadata"]["labels"] == {"app": "x"}
    assert left.past["metadata"]["resourceVersion"] == str(left.change.revision)


def test_a_line_is_encoded_once_for_all(storage: Storage) -> None:
    feed, start, made = Feed(storage), storage.revision, list[int]()
    put(storage)

    def encode() -> bytes:
        made.append(1)
        return b"line"

    for _ in range(3):
        assert feed.since("configmaps", start)[0].line("ADDED", "", encode) == b"line"
    assert len(made) == 1


async def test_who_waits_is_woken_by_its_own_resource_only(storage: Storage) -> None:
    feed = Feed(storage)
    with feed.wakes("configmaps") as wake, feed.wakes("secrets") as other:
        put(storage)
        assert wake.is_set() and not other.is_set()
