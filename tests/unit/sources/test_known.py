from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from lateen.base.refs import Key
from lateen.kinds.all import by_kind
from lateen.sources.known import Delete, Event, Put, Reached, Synced, Told
from lateen.sources.known import Known as Telling
from lateen.sources.reading import as_written, for_mesh

POD, VIRTUAL_SERVICE = by_kind("Pod"), by_kind("VirtualService")


class Known(Telling):
    """Takes objects decoded."""

    def __init__(self) -> None:
        super().__init__(lambda data: as_written(POD, "v1", data))

    def replace(self, items: Any, resource_version: str) -> list[Event]:
        return super().replace([msgspec.json.encode(item) for item in items], resource_version)

    def apply(self, event_type: str, data: Any) -> list[Event]:
        return super().apply(event_type, msgspec.json.encode(data))


def raw(name: str, version: int, uid: str = "u", **more: Any) -> dict[str, Any]:
    meta = {"namespace": "n", "name": name, "uid": uid, "resourceVersion": str(version)}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": meta | more}


def told(events: list[Event]) -> list[Any]:
    return [
        ("put", event.key.name, event.version)
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
    marked = known.apply("BOOKMARK", {"metadata": {"resourceVersion": "9"}})
    assert marked == [Reached("9")] and known.resource_version == "9"


def pod(version: int, phase: str = "Running", uid: str = "u", **status: Any) -> bytes:
    meta = {"namespace": "n", "name": "a", "uid": uid, "resourceVersion": str(version)}
    return msgspec.json.encode({"metadata": meta, "spec": {"containers": []}, "status": {"phase": phase} | status})


def virtual_service(version: int, host: str, status: dict[str, Any] | None = None) -> bytes:
    meta = {"namespace": "n", "name": "v", "uid": "u", "resourceVersion": str(version)}
    return msgspec.json.encode({"metadata": meta, "spec": {"hosts": [host]}} | ({"status": status} if status else {}))


def test_what_the_mesh_does_not_read_is_no_news() -> None:
    known = Telling(lambda data: for_mesh(POD, "v1", data))
    (put, _) = known.replace([pod(1)], "1")
    assert isinstance(put, Put) and put.object.model.status.phase == "Running"
    beat = [{"type": "Ready", "status": "False", "lastProbeTime": "now"}]
    assert [type(each) for each in known.apply("MODIFIED", pod(2, conditions=beat))] == [Put]
    beat[0]["lastProbeTime"] = "later"
    assert known.apply("MODIFIED", pod(3, conditions=beat)) == [Reached("3")]
    assert known.replace([pod(4, conditions=beat)], "5") == [Reached("4"), Synced("5")]


def test_another_object_under_the_name_is_news_even_when_it_looks_the_same() -> None:
    known = Telling(lambda data: for_mesh(POD, "v1", data))
    known.replace([pod(1)], "1")
    assert [type(each) for each in known.apply("MODIFIED", pod(2, uid="other"))] == [Delete, Put]


def test_a_status_is_told_apart_from_its_object() -> None:
    known = Telling(lambda data: for_mesh(VIRTUAL_SERVICE, "v1", data))
    put, told, _ = known.replace([virtual_service(1, "a")], "1")
    assert isinstance(put, Put) and put.object["kind"] == "VirtualService" and told == Told(put.key, {})
    written = virtual_service(2, "a", {"observedGeneration": 1})
    assert known.apply("MODIFIED", written) == [Told(put.key, {"observedGeneration": 1})]
    assert known.apply("MODIFIED", virtual_service(3, "a", {"observedGeneration": 1})) == [Reached("3")]
    assert [type(each) for each in known.apply("MODIFIED", virtual_service(4, "b", {"observedGeneration": 1}))] == [Put]


def test_a_list_cut_short_tells_nothing() -> None:
    known = Known()
    known.replace([raw("a", 1), raw("b", 1)], "1")
    known.begin().take([msgspec.json.encode(raw("a", 2))])
    assert told(known.replace([raw("a", 2), raw("b", 1)], "3")) == [("put", "a", "2"), "synced"]


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
