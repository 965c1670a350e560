from typing import Any

import pytest

from lateen.apiserver.rules import EVERYTHING, Attributes, Rule, compiled, missing


def rule(verbs: str, resources: str = "", groups: str = "", names: str = "", paths: str = "") -> Rule:
    written = {
        "verbs": verbs.split(),
        "apiGroups": [] if paths else groups.split() or [""],
        "resources": resources.split(),
        "resourceNames": names.split(),
        "nonResourceURLs": paths.split(),
    }
    return compiled([written])[0]


@pytest.mark.parametrize(
    ("held", "asked", "expected"),
    [
        (rule("get", "pods"), Attributes("get", "", "pods", "", "shop", "a"), True),
        (rule("get", "pods"), Attributes("list", "", "pods"), False),
        (rule("get", "pods"), Attributes("get", "apps", "pods"), False),
        (rule("get", "pods"), Attributes("get", "", "pods", "log"), False),
        (rule("get", "pods/log"), Attributes("get", "", "pods", "log"), True),
        (rule("get", "pods/log"), Attributes("get", "", "pods"), False),
        (rule("get", "*/scale", "apps"), Attributes("get", "apps", "deployments", "scale"), True),
        (rule("get", "*/scale", "apps"), Attributes("get", "apps", "deployments"), False),
        (rule("*", "*", "*"), Attributes("create", "", "pods", "exec"), True),
        (rule("get", "secrets", names="a b"), Attributes("get", "", "secrets", "", "shop", "b"), True),
        (rule("get", "secrets", names="a b"), Attributes("get", "", "secrets", "", "shop", "c"), False),
        (rule("get list", "secrets", names="a"), Attributes("list", "", "secrets", "", "shop"), False),
        (rule("get", paths="/metrics /api/*"), Attributes("get", path="/metrics"), True),
        (rule("get", paths="/metrics /api/*"), Attributes("get", path="/metrics/x"), False),
        (rule("get", paths="/metrics /api/*"), Attributes("get", path="/api/v1"), True),
        (rule("get", paths="/metrics"), Attributes("post", path="/metrics"), False),
        (rule("*", "*", "*"), Attributes("get", path="/metrics"), False),
    ],
)
def test_what_a_rule_allows(held: Rule, asked: Attributes, expected: bool) -> None:
    assert held.allows(asked) is expected


@pytest.mark.parametrize(
    ("owned", "wanted", "lacking"),
    [
        ([rule("get list", "pods secrets")], [rule("get", "pods")], 0),
        ([rule("get", "pods"), rule("list", "pods")], [rule("get list", "pods")], 0),
        ([rule("get", "pods")], [rule("get list", "pods secrets")], 3),
        ([rule("get", "pods")], [rule("*", "pods")], 1),
        ([rule("get", "pods")], [rule("get", "pods", names="a")], 0),
        ([rule("get", "pods", names="a")], [rule("get", "pods")], 1),
        ([rule("get", "pods", names="a b")], [rule("get", "pods", names="b c")], 1),
        ([rule("get", "*/scale")], [rule("get", "deployments/scale")], 0),
        ([rule("get", "*")], [rule("get", "pods/log")], 0),
        ([rule("get", "pods")], [rule("get", "*")], 1),
        ([rule("get", paths="/api/*")], [rule("get", paths="/api/v1 /metrics")], 1),
        (EVERYTHING, [rule("*", "*", "*"), rule("*", paths="*")], 0),
        ([], EVERYTHING, 2),
    ],
)
def test_what_somebody_lacks_to_grant_it(owned: list[Rule], wanted: list[Rule], lacking: int) -> None:
    assert len(missing(owned, wanted)) == lacking


def test_a_rule_is_shown_as_it_was_written() -> None:
    written: dict[str, Any] = {"verbs": ["get"], "apiGroups": [""], "resources": ["pods"], "resourceNames": ["a"]}
    assert compiled([written])[0].raw() == written
    assert compiled([{"verbs": ["get"], "nonResourceURLs": ["/x"]}])[0].raw() == {
        "verbs": ["get"],
        "nonResourceURLs": ["/x"],
    }
