import pytest

BACKENDS = [{"name": "a", "port": 80}]
PREFIX = {"type": "ReplacePrefixMatch", "replacePrefixMatch": "/z"}


def test_the_least_route_is_one_of_everything(paths):
    assert paths("HTTPRoute", {}) == []
    assert paths("HTTPRoute", {"rules": []}) == ["spec.rules"]


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ({"backendRefs": BACKENDS, "filters": [{"type": "RequestRedirect", "requestRedirect": {}}]}, ["filters"]),
        ({"filters": [{"type": "URLRewrite", "urlRewrite": {"path": PREFIX}}]}, []),
        (
            {
                "matches": [{"path": {"type": "Exact"}}],
                "filters": [{"type": "URLRewrite", "urlRewrite": {"path": PREFIX}}],
            },
            ["matches"],
        ),
        ({"timeouts": {"request": "1s", "backendRequest": "2s"}}, ["timeouts.backendRequest"]),
        ({"timeouts": {"request": "0s", "backendRequest": "2s"}}, []),
    ],
)
def test_what_stands_together_makes_sense(paths, rule, expected):
    assert paths("HTTPRoute", {"rules": [rule]}) == [f"spec.rules[0].{each}" for each in expected]


def test_all_rules_together_have_so_many_matches(paths):
    matches = [{"path": {"value": f"/{number}"}} for number in range(64)]
    rules = [{"matches": matches}, {"matches": matches}]
    assert paths("HTTPRoute", {"rules": rules}) == []
    assert paths("HTTPRoute", {"rules": [*rules, {}]}) == ["spec.rules"]
