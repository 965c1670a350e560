import pytest

from lateen.kinds.decode import check


def paths(kind, rule):
    raw = {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": kind, "metadata": {"name": "x"}, "rules": [rule]}
    return [fault.path for fault in check(raw)]


@pytest.mark.parametrize(
    ("kind", "rule", "expected"),
    [
        ("Role", {"verbs": ["get"], "apiGroups": [""], "resources": ["pods"]}, []),
        ("Role", {"apiGroups": [""], "resources": ["pods"]}, ["verbs"]),
        ("Role", {"verbs": ["get"], "resources": ["pods"]}, ["apiGroups"]),
        ("Role", {"verbs": ["get"], "apiGroups": [""]}, ["resources"]),
        ("Role", {"verbs": ["get"], "nonResourceURLs": ["/x"]}, ["nonResourceURLs"]),
        ("ClusterRole", {"verbs": ["get"], "nonResourceURLs": ["/x"]}, []),
        ("ClusterRole", {"verbs": ["get"], "nonResourceURLs": ["/x"], "resources": ["a"]}, ["nonResourceURLs"]),
    ],
)
def test_a_rule_says_what_it_is_for(kind, rule, expected):
    assert paths(kind, rule) == [f"rules[0].{field}" for field in expected]
