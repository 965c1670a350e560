"""How a webhook's configuration is changed; that it is, is seen in tests/e2e/kubernetes."""

from lateen.app.webhook_bundles import patch_of


def configuration(*hooks: dict[str, object]) -> dict[str, object]:
    return {"metadata": {"resourceVersion": "7"}, "webhooks": list(hooks)}


def test_roots_are_put_in_where_they_are_missing_or_old() -> None:
    old, new = {"clientConfig": {"caBundle": "old"}}, {"clientConfig": {"caBundle": "new"}}
    patch = patch_of(configuration(new, old, {}), "new", fail=False)
    assert patch == [
        {"op": "test", "path": "/metadata/resourceVersion", "value": "7"},
        {"op": "add", "path": "/webhooks/1/clientConfig/caBundle", "value": "new"},
        {"op": "add", "path": "/webhooks/2/clientConfig/caBundle", "value": "new"},
    ]


def test_faults_are_refused_from_then_on() -> None:
    hook = {"clientConfig": {"caBundle": "new"}, "failurePolicy": "Ignore"}
    assert patch_of(configuration(hook), "new", fail=True)[1:] == [
        {"op": "add", "path": "/webhooks/0/failurePolicy", "value": "Fail"}
    ]
    assert patch_of(configuration(hook), "new", fail=False) == []


def test_what_is_right_is_left_alone() -> None:
    assert patch_of({}, "new", fail=True) == []
