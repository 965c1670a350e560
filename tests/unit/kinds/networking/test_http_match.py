import pytest

ROUTE = [{"destination": {"host": "x"}}]


@pytest.mark.parametrize(
    "match",
    [
        {},
        {"uri": {"prefix": ""}, "ignoreUriCase": True},
        {"headers": {"end-user": {"exact": "jason"}, "cookie": {"regex": "^(.*?;)?(user=jason)(;.*)?$"}}},
        {"headers": {"x-present": {}}, "withoutHeaders": {"x-absent": {}}},
        {"queryParams": {"a": {"exact": ""}}, "method": {"exact": "GET"}, "port": 80},
        {"sourceLabels": {"app": "a"}, "sourceNamespace": "b", "gateways": ["mesh"]},
    ],
)
def test_requests_are_matched_by(http_errors, match):
    assert http_errors(match=[match], route=ROUTE) == []


@pytest.mark.parametrize(
    ("match", "path"),
    [
        ({"uri": {"regex": ""}}, "uri.regex"),
        ({"uri": {"regex": "["}}, "uri.regex"),
        ({"method": {"prefix": ""}}, "method.prefix"),
        ({"authority": {"exact": "a", "prefix": "b"}}, "authority"),
        ({"headers": {"a b": {}}}, 'headers["a b"]'),
        ({"headers": {"a": None}}, "headers.a"),
        ({"withoutHeaders": {"a": {"prefix": ""}}}, "withoutHeaders.a.prefix"),
        ({"queryParams": {"a": {"regex": "("}}}, "queryParams.a.regex"),
        ({"port": 0}, "port"),
        ({"sourceNamespace": "A"}, "sourceNamespace"),
        ({"sourceLabels": {"a": "b c"}}, "sourceLabels.a"),
        ({"gateways": ["A"]}, "gateways[0]"),
    ],
)
def test_faults_name_the_condition(http_errors, match, path):
    assert http_errors(match=[match], route=ROUTE) == [f"match[0].{path}"]
