"""Shared, versioned sets of resources."""

import pytest

from lateen.base.refs import Origin
from lateen.proto import types
from lateen.proto.resource import Resource, resource
from lateen.xds.view import View, find


def made(name: str, value: str = "1", **more: object) -> Resource:
    return resource(types.CLUSTER, name, value.encode(), **more)  # type: ignore[arg-type]


@pytest.fixture
def view() -> View:
    return View()


def test_a_commit_that_changes_something_is_a_new_revision(view: View) -> None:
    assert view.commit({"a": made("a"), "b": made("b")})
    assert (view.revision, set(view.names())) == (1, {"a", "b"})
    assert view.commit({"a": None})
    assert (view.revision, view.get("a"), view.get("b")) == (2, None, made("b"))


def test_equal_resources_and_removals_of_nothing_change_nothing(view: View) -> None:
    view.commit({"a": made("a")})
    assert not view.commit({"a": made("a"), "missing": None})
    assert view.revision == 1


def test_another_origin_is_shown_but_is_no_change(view: View) -> None:
    view.commit({"a": made("a")})
    moved = made("a", origin=Origin("Service", "ns", "a"))
    assert not view.commit({"a": moved})
    assert view.get("a") is moved


def test_other_aliases_are_a_change(view: View) -> None:
    view.commit({"a": made("a")})
    assert view.commit({"a": made("a", aliases=("b",))})


def test_a_view_tells_what_changed_and_what_went_since_a_revision(view: View) -> None:
    view.commit({"a": made("a"), "b": made("b")})
    view.commit({"c": made("c")})
    view.commit({"a": made("a", "2"), "b": None})
    view.commit({"a": made("a", "3")})
    since = [set(view.changed_since(revision) or ()) for revision in range(5)]
    assert since == [{"a", "b", "c"}, {"a", "b", "c"}, {"a", "b"}, {"a"}, set()]


def test_a_name_that_changed_often_is_told_once(view: View) -> None:
    for number in range(100):
        view.commit({"a": made("a", str(number))})
    assert view.changed_since(0) == ["a"]


def test_forgotten_removals_are_admitted() -> None:
    view = View(graves=2)
    view.commit({name: made(name) for name in "abcd"})
    for name in "abc":
        view.commit({name: None})
    assert view.changed_since(1) is None
    assert set(view.changed_since(2) or ()) == {"b", "c"}
    view.commit({"b": made("b")})
    view.commit({"d": None})
    assert set(view.changed_since(2) or ()) == {"b", "c", "d"}


def test_watchers_hear_of_changes_only_and_may_leave_while_called(view: View) -> None:
    heard: list[str] = []

    def once() -> None:
        heard.append("once")
        view.watchers.discard(once)

    view.watchers |= {once, lambda: heard.append("always")}
    view.commit({"a": made("a")})
    view.commit({"a": made("a")})
    view.commit({"a": None})
    assert sorted(heard) == ["always", "always", "once"]


def test_of_a_name_that_two_views_have_the_first_counts() -> None:
    first, second = View(), View()
    second.commit({"a": made("a", "second"), "b": made("b")})
    first.commit({"a": made("a", "first")})
    assert [find((first, second), name) for name in "abc"] == [made("a", "first"), made("b"), None]
