import pytest
from apiservers import CONFIG_MAP, NAMESPACE, POD, WRITE, config_map, default, pod

from lateen.apiserver.collector import EVENT_SECONDS, Collector
from lateen.apiserver.deletion import DeleteOptions
from lateen.apiserver.objects import Objects
from lateen.base.clock import FakeClock
from lateen.base.refs import Key
from lateen.kinds.all import by_kind


@pytest.fixture
def collector(objects: Objects, clock: FakeClock) -> Collector:
    return Collector(objects, clock)


def owner(uid: str, name: str = "x") -> dict[str, str]:
    return {"apiVersion": "v1", "kind": "ConfigMap", "name": name, "uid": uid}


def create(objects: Objects, name: str, *owners: str) -> str:
    references = {"ownerReferences": [owner(uid) for uid in owners]} if owners else {}
    raw = objects.create(CONFIG_MAP, "default", config_map(name, **references), WRITE)
    return str(raw["metadata"]["uid"])


def names(objects: Objects) -> set[str]:
    return {key.name for key, _ in objects.storage.objects("configmaps", "default")}


def test_dependents_of_dependents_go_with_their_owner(objects: Objects, collector: Collector) -> None:
    create(objects, "c", create(objects, "b", create(objects, "a")))
    create(objects, "free")
    collector.work()
    assert names(objects) == {"a", "b", "c", "free"}
    objects.delete(CONFIG_MAP, default("a"), DeleteOptions())
    collector.work()
    assert names(objects) == {"free"}


def test_one_living_owner_is_enough_and_dead_ones_are_let_go(objects: Objects, collector: Collector) -> None:
    one, two = create(objects, "one"), create(objects, "two")
    create(objects, "shared", one, two)
    objects.delete(CONFIG_MAP, default("one"), DeleteOptions())
    collector.work()
    references = objects.get(CONFIG_MAP, default("shared"))["metadata"]["ownerReferences"]
    assert [reference["uid"] for reference in references] == [two]


def test_an_owner_that_never_was_counts_as_gone(objects: Objects, collector: Collector) -> None:
    create(objects, "a", "no-such-uid")
    collector.work()
    assert names(objects) == set()


def test_what_was_orphaned_while_nobody_looked_is_found_at_the_start(objects: Objects, clock: FakeClock) -> None:
    create(objects, "b", create(objects, "a"))
    objects.delete(CONFIG_MAP, default("a"), DeleteOptions())
    Collector(objects, clock).work()
    assert names(objects) == set()


def test_foreground_deletes_the_dependents_first(objects: Objects, collector: Collector) -> None:
    uid = create(objects, "a")
    references = [owner(uid, "a") | {"blockOwnerDeletion": True}]
    objects.create(POD, "default", pod("p", ownerReferences=references), WRITE)
    objects.delete(CONFIG_MAP, default("a"), DeleteOptions(propagation="Foreground"))
    collector.work()
    assert names(objects) == {"a"} and "deletionTimestamp" in objects.get(POD, default("p"))["metadata"]
    objects.delete(POD, default("p"), DeleteOptions(grace=0))
    collector.work()
    assert names(objects) == set()


def test_orphan_leaves_the_dependents(objects: Objects, collector: Collector) -> None:
    create(objects, "b", create(objects, "a"))
    objects.delete(CONFIG_MAP, default("a"), DeleteOptions(propagation="Orphan"))
    collector.work()
    assert names(objects) == {"b"}
    assert not objects.get(CONFIG_MAP, default("b"))["metadata"].get("ownerReferences")


def test_a_namespace_goes_when_its_last_pod_has_ended(objects: Objects, collector: Collector) -> None:
    objects.create(NAMESPACE, "", {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "n"}}, WRITE)
    objects.create(CONFIG_MAP, "n", config_map("c", namespace="n"), WRITE)
    objects.create(POD, "n", pod("p", "n"), WRITE)
    objects.delete(NAMESPACE, Key("", "n"), DeleteOptions())
    collector.work()
    assert objects.get(NAMESPACE, Key("", "n"))["status"]["phase"] == "Terminating"
    assert objects.find(CONFIG_MAP, Key("n", "c")) is None
    assert "deletionTimestamp" in objects.get(POD, Key("n", "p"))["metadata"]
    objects.delete(POD, Key("n", "p"), DeleteOptions(grace=0))
    collector.work()
    assert objects.find(NAMESPACE, Key("", "n")) is None


def test_old_events_go(objects: Objects, collector: Collector, clock: FakeClock) -> None:
    kind = by_kind("Event", "")
    raw = {"apiVersion": "v1", "kind": "Event", "metadata": {"name": "e"}, "involvedObject": {}, "reason": "R"}
    objects.create(kind, "default", raw, WRITE)
    clock.advance(EVENT_SECONDS - 10)
    objects.create(kind, "default", raw | {"metadata": {"name": "f"}}, WRITE)
    collector.drop_events()
    assert len(objects.storage.objects("events")) == 2
    clock.advance(20)
    collector.drop_events()
    assert [key.name for key, _ in objects.storage.objects("events")] == ["f"]
