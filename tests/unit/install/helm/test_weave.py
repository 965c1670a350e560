from typing import Any

import pytest

from lateen.install.helm.weave import Node, Variant, weave


def flat(node: Node) -> Any:
    """A node as (conditions, value), so that it can be compared."""
    value = node.value
    if isinstance(value, dict):
        value = {name: flat(below) for name, below in value.items()}
    elif isinstance(value, list):
        value = [flat(below) for below in value]
    return (*node.conditions, value) if node.conditions else value


def test_what_is_the_same_has_no_conditions() -> None:
    base = {"a": [{"name": "x"}, 1], "b": {}}
    assert flat(weave(base, [Variant("on", base)])) == base


def test_what_a_switch_brings_is_there_when_it_is_on_and_what_stands_instead_when_it_is_off() -> None:
    off = {"replicas": 1, "name": "d"}
    assert flat(weave({"name": "d", "scaled": True}, [Variant("on", off)])) == {
        "replicas": ("not (on)", 1), "name": "d", "scaled": ("on", True),
    }  # fmt: skip


def test_what_two_switches_bring_is_there_when_both_are_on() -> None:
    node = weave({"a": 1, "b": 2}, [Variant("x", {"a": 1}), Variant("y", {"a": 1})])
    assert flat(node) == {"a": 1, "b": ("x", "y", 2)}


def test_items_are_told_apart_by_their_names() -> None:
    hooks = [{"name": "first", "port": 1}, {"name": "second", "port": 2}]
    assert flat(weave(hooks, [Variant("on", [{"name": "second", "port": 2}])])) == [("on", hooks[0]), hooks[1]]
    objects = [{"kind": kind, "metadata": {"name": "n"}} for kind in ("A", "B")]
    assert flat(weave(objects, [Variant("on", objects[1:])])) == [("on", objects[0]), objects[1]]
    assert flat(weave(["a", "b"], [Variant("on", ["a", "c", "b"])])) == ["a", ("not (on)", "c"), "b"]


def test_a_scalar_is_another_when_a_switch_is_off() -> None:
    node = weave({"path": "a"}, [Variant("on", {"path": "b"})]).value["path"]
    assert (node.value, node.otherwise) == ("a", (Variant("on", "b"),))


def test_a_switch_that_changes_a_type_is_none() -> None:
    with pytest.raises(TypeError):
        weave({"a": {"b": 1}}, [Variant("on", {"a": "x"})])
