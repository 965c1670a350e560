"""Finding rows by something else than their key."""

import pytest

from lateen.reactive import Engine, Input

Pod = tuple[str, ...]


@pytest.fixture
def engine() -> Engine:
    return Engine()


def test_rows_are_found_in_the_order_of_their_keys(engine: Engine) -> None:
    pods: Input[int, Pod] = engine.input("pods")
    by_app = engine.index("by app", pods, lambda key, pod: pod)
    for key in (3, 1, 2):
        pods.put(key, ("web",))
    assert list(by_app.find("web")) == [1, 2, 3]
    assert dict(by_app.find("none")) == {}


def test_an_index_made_late_holds_what_is_there(engine: Engine) -> None:
    pods: Input[int, Pod] = engine.input("pods")
    pods.put(1, ("web", "db"))
    by_app = engine.index("by app", pods, lambda key, pod: pod)
    assert [dict(by_app.find(app)) for app in ("web", "db")] == [{1: ("web", "db")}] * 2


def test_what_was_found_never_changes_afterwards(engine: Engine) -> None:
    pods: Input[int, Pod] = engine.input("pods")
    by_app = engine.index("by app", pods, lambda key, pod: pod)
    pods.put(1, ("web",))
    before = by_app.find("web")
    pods.put(2, ("web",))
    assert (list(before), list(by_app.find("web"))) == ([1], [1, 2])
    assert by_app.find("web") is by_app.find("web")


def test_only_readers_of_a_touched_bucket_run(engine: Engine) -> None:
    pods: Input[int, Pod] = engine.input("pods")
    by_app = engine.index("by app", pods, lambda key, pod: pod[:1])
    apps: Input[str, int] = engine.input("apps")
    counts = engine.map("counts", apps, lambda read, app, _: len(read.find(by_app, app)))
    for app in ("web", "db", "idle"):
        apps.put(app, 1)
    pods.put(1, ("web",))
    engine.settle()
    start = engine.events[-1].sequence + 1
    pods.put(1, ("db",))
    engine.settle()
    assert sorted(engine.ran(start)) == [("counts", "db"), ("counts", "web")]
    start = engine.events[-1].sequence + 1
    pods.put(1, ("db", "labelled"))
    engine.settle()
    assert engine.ran(start) == [("counts", "db")]
    assert dict(counts.items()) == {"web": 0, "db": 1, "idle": 0}


def test_a_row_that_its_index_cannot_read_is_in_no_bucket(engine: Engine) -> None:
    pods: Input[int, Pod] = engine.input("pods")
    by_second = engine.index("by second", pods, lambda key, pod: [pod[1]])
    pods.put(1, ("web", "x"))
    pods.put(1, ("web",))
    assert (by_second.buckets, ("by second", 1) in engine.errors) == ({}, True)
    pods.put(1, ("web", "y"))
    assert (list(by_second.find("y")), dict(engine.errors)) == ([1], {})
    pods.put(1, ("web",))
    pods.delete(1)
    assert (by_second.buckets, dict(engine.errors)) == ({}, {})
