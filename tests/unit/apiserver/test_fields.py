from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from lateen.apiserver import fields
from lateen.apiserver.shapes import shape_of

POD = shape_of("", "Pod")
SPEC = {
    "spec": {"containers": [{"name": "a", "image": "x"}], "tolerations": [1]},
    "metadata": {"finalizers": ["f"], "labels": {}},
}


def test_leaves_items_and_empty_maps_are_fields() -> None:
    shown = {fields.shown(path) for path in fields.fields_of(SPEC, POD)}
    assert shown == {
        '.spec.containers[name="a"]',
        '.spec.containers[name="a"].name',
        '.spec.containers[name="a"].image',
        ".spec.tolerations",
        '.metadata.finalizers[="f"]',
        ".metadata.labels",
    }


def test_encoding_marks_items_that_are_fields_themselves() -> None:
    tree = fields.encode(fields.fields_of(SPEC, POD))
    assert tree["f:spec"]["f:containers"] == {'k:{"name":"a"}': {".": {}, "f:image": {}, "f:name": {}}}
    assert tree["f:metadata"] == {"f:finalizers": {'v:"f"': {}}, "f:labels": {}}


trees = st.recursive(
    st.integers() | st.text(max_size=3),
    lambda inner: st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
    max_leaves=8,
)


@given(trees)
def test_encoding_and_decoding_give_the_same_set(value: Any) -> None:
    found = fields.fields_of({"spec": value}, POD)
    assert fields.decode(fields.encode(found)) == found


@given(trees, trees)
def test_differences_lead_from_one_state_to_the_other(before: Any, after: Any) -> None:
    old, new = {"spec": before}, {"spec": after}
    changed, removed = fields.differences(old, new, POD)
    assert (fields.fields_of(old, POD) - removed) | changed == fields.fields_of(new, POD)
    assert changed <= fields.fields_of(new, POD)


def test_equal_parts_are_not_differences() -> None:
    before = {"spec": {"containers": [{"name": "a", "image": "1"}, {"name": "b", "image": "1"}]}}
    after = {"spec": {"containers": [{"name": "b", "image": "2"}, {"name": "c"}]}}
    changed, removed = fields.differences(before, after, POD)
    assert {fields.shown(path) for path in changed} == {
        '.spec.containers[name="b"].image',
        '.spec.containers[name="c"]',
        '.spec.containers[name="c"].name',
    }
    assert {path[2] for path in removed} == {'k:{"name":"a"}'}


def test_values_are_found_and_removed_by_path() -> None:
    path = ("f:spec", "f:containers", 'k:{"name":"a"}', "f:image")
    assert fields.value_at(SPEC, path, POD) == "x"
    assert fields.value_at(SPEC, (*path[:2], 'k:{"name":"z"}'), POD) != "x"
    assert fields.without(SPEC, path, POD)["spec"]["containers"] == [{"name": "a"}]
    assert fields.without(SPEC, path[:3], POD)["spec"] == {"tolerations": [1]}
    assert "labels" not in fields.without(SPEC, ("f:metadata", "f:labels"), POD)["metadata"]
