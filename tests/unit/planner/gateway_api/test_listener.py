import pytest
from api_gateways import listeners


@pytest.mark.parametrize(
    ("namespaces", "admitted"),
    [
        ("{from: All}", True),
        ("{from: Same}", False),
        ("{from: Selector, selector: {matchLabels: {team: a}}}", True),
        ("{from: Selector, selector: {matchLabels: {team: b}}}", False),
    ],
)
def test_namespaces_are_admitted_all_or_by_label(namespaces, admitted):
    (found,) = listeners(f"{{name: h, port: 80, protocol: HTTP, allowedRoutes: {{namespaces: {namespaces}}}}}")
    assert found.admits("far", {"team": "a"}) is admitted
    assert found.admits("shop", {"team": "a"}) or not admitted
