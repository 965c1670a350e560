from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from lateen.base.refs import Key
from lateen.sources.known import Delete, Event, Known, Put, Synced


def raw(name: str, version: int, uid: str = "u") -> dict[str, Any]:
    return {"metadata": {"namespace": "n", "name": name, "uid": uid, "resourceVersion": str(version)}}


def told(events: list[Event]) -> list[Any]:
    return [
        ("put", event.key.name, event.raw["metadata"]["resourceVersion"])
        if isinstance(event, Put)
        else ("delete", event.key.name, event.uid)
        if isinstance(event, Delete)
        else "synced"
        for event in events
    ]


def test_a_list_tells_only_what_differs_from_what_was_told() -> None:
    known = Known()
    assert told(known.replace([raw("a", 1), raw("b", 2)], "5")) == [("put", "a", "1"), ("put", "b", "2"), "synced"]
    again = known.replace([raw("b", 2), raw("c", 6)], "7")
    assert told(again) == [("delete", "a", "u"), ("put", "c", "6"), "synced"]
    assert known.resource_version == "7"


def test_an_object_made_again_is_gone_first() -> None:
    known = Known()
    known.replace([raw("a", 1, "old")], "1")
    assert told(known.replace([raw("a", 9, "new")], "9")) == [("delete", "a", "old"), ("put", "a", "9"), "synced"]
    assert told(known.apply("MODIFIED", raw("a", 12, "newer"))) == [("delete", "a", "new"), ("put", "a", "12")]


def test_a_watch_tells_each_change_once() -> None:
    known = Known()
    known.replace([raw("a", 1)], "1")
    assert told(known.apply("ADDED", raw("a", 1))) == []
    assert told(known.apply("MODIFIED", raw("a", 2))) == [("put", "a", "2")]
    gone = known.apply("DELETED", raw("a", 3))
    assert gone == [Delete(Key("n", "a"), "u", raw("a", 3))]
    assert known.apply("DELETED", raw("a", 3)) == [] and known.resource_version == "3"
    assert known.apply("BOOKMARK", {"metadata": {"resourceVersion": "9"}}) == [] and known.resource_version == "9"


states = st.lists(
    st.dictionaries(st.sampled_from("abc"), st.tuples(st.integers(1, 3), st.sampled_from("uv"))), max_size=6
)


@given(states)
def test_what_was_told_adds_up_to_every_list(lists: list[dict[str, tuple[int, str]]]) -> None:
    known, mirror = Known(), dict[str, tuple[str, str]]()
    for state in lists:
        for event in known.replace([raw(name, *value) for name, value in state.items()], "1"):
            match event:
                case Delete(key, uid, _):
                    assert mirror.pop(key.name)[1] == uid
                case Put(key, item):
                    fresh = (item["metadata"]["resourceVersion"], item["metadata"]["uid"])
                    assert mirror.get(key.name, ("", fresh[1]))[1] == fresh[1]
                    mirror[key.name] = fresh
                case Synced():
                    assert mirror == {name: (str(version), uid) for name, (version, uid) in state.items()}
