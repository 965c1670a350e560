from typing import Any

import pytest

from lateen.kinds.label_selector import LabelSelector, LabelSelectorRequirement, label_faults, selector_faults, selects


def test_labels_with_and_without_prefix_are_accepted():
    assert list(label_faults("p", {"app": "x", "app.kubernetes.io/name": "", "a_b.c": "V-1.0"})) == []


@pytest.mark.parametrize(
    "labels", [{"": "x"}, {"a b": "x"}, {"-a": "x"}, {"a/b/c": "x"}, {"a": "x y"}, {"a": "x" * 64}]
)
def test_what_is_no_label_is_refused_at_its_key(labels):
    (fault,) = label_faults("metadata.labels", labels)
    assert fault.path.startswith("metadata.labels")


@pytest.mark.parametrize("labels", [{"*": "x"}, {"app": "*"}, {"": "x"}, {"a b": "x"}])
def test_a_selector_has_neither_wildcards_nor_empty_keys(labels):
    assert len(list(selector_faults("p", labels))) == 1


def test_a_plain_selector_is_accepted():
    assert list(selector_faults("p", {"istio": "ingressgateway"})) == []


@pytest.mark.parametrize(
    ("operator", "values", "labels", "holds"),
    [
        ("In", ("a", "b"), {"x": "a"}, True),
        ("In", ("a",), {}, False),
        ("NotIn", ("a",), {}, True),
        ("NotIn", ("a",), {"x": "a"}, False),
        ("Exists", (), {"x": ""}, True),
        ("DoesNotExist", (), {"x": ""}, False),
    ],
)
def test_a_selector_holds_when_every_condition_does(
    operator: Any, values: tuple[str, ...], labels: dict[str, str], holds: bool
) -> None:
    condition = LabelSelectorRequirement(key="x", operator=operator, values=values)
    assert selects(LabelSelector(match_expressions=(condition,)), labels) is holds
    assert not selects(LabelSelector(match_labels={"y": "z"}, match_expressions=(condition,)), labels)
