import pytest


@pytest.mark.parametrize(
    ("method", "expected"),
    [
        ({"service": "my.package.Service", "method": "Do"}, []),
        ({}, [""]),
        ({"service": "a b"}, [".service"]),
        ({"method": "a.b"}, [".method"]),
        ({"type": "RegularExpression", "service": "a b"}, []),
    ],
)
def test_a_method_is_named(paths, method, expected):
    found = paths("GRPCRoute", {"rules": [{"matches": [{"method": method}]}]})
    assert found == [f"spec.rules[0].matches[0].method{each}" for each in expected]


def test_filters_have_what_their_types_need(paths):
    assert paths("GRPCRoute", {"rules": [{"filters": [{"type": "RequestMirror"}]}]}) == [
        "spec.rules[0].filters[0].requestMirror"
    ]
    assert paths("GRPCRoute", {"rules": [{"filters": [{"type": "CORS"}]}]}) == ["spec.rules[0].filters[0].type"]
