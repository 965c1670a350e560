"""Unions of collections and groups of rows."""

import pytest

from lateen.reactive import Engine, Input
from lateen.reactive.gather import group, union


@pytest.fixture
def engine() -> Engine:
    return Engine()


def test_a_union_has_every_row_and_the_earlier_source_wins(engine: Engine) -> None:
    first: Input[str, int] = engine.input("first")
    second: Input[str, int] = engine.input("second")
    both = union(engine, "both", first, second)
    first.put("a", 1)
    second.put("a", 2)
    second.put("b", 2)
    engine.settle()
    assert dict(both.items()) == {"a": 1, "b": 2}
    first.delete("a")
    engine.settle()
    assert dict(both.items()) == {"a": 2, "b": 2}


def test_a_group_is_made_of_a_bucket_and_runs_when_the_bucket_changes(engine: Engine) -> None:
    pods: Input[str, str] = engine.input("pods")
    pods.put("p1", "web")
    by_app = engine.index("by app", pods, lambda key, app: [app])
    apps = group(engine, "apps", by_app, lambda read, app, rows: tuple(rows))
    pods.put("p3", "web")
    pods.put("p2", "db")
    engine.settle()
    assert dict(apps.items()) == {"web": ("p1", "p3"), "db": ("p2",)}
    start = engine.events[-1].sequence + 1
    pods.put("p2", "web")
    pods.put("p4", "cache")
    engine.settle()
    assert dict(apps.items()) == {"web": ("p1", "p2", "p3"), "cache": ("p4",)}
    assert sorted(engine.ran(start)) == [("apps", "cache"), ("apps", "db"), ("apps", "web")]


def test_a_group_reads_other_collections(engine: Engine) -> None:
    pods: Input[str, str] = engine.input("pods")
    owners: Input[str, str] = engine.input("owners")
    by_app = engine.index("by app", pods, lambda key, app: [app])
    apps = group(engine, "apps", by_app, lambda read, app, rows: read.get(owners, app))
    pods.put("p1", "web")
    owners.put("web", "ann")
    engine.settle()
    owners.put("web", "bob")
    engine.settle()
    assert apps.get("web") == "bob"
    pods.delete("p1")
    engine.settle()
    assert (len(apps), owners.readers) == (0, {})
