import pytest

ROUTE = [{"destination": {"host": "x"}}]


def test_a_policy_is_accepted(http_errors):
    policy = {"allowOrigins": [{"exact": "https://a"}], "allowMethods": ["GET", "*"], "maxAge": "24h"}
    assert http_errors(route=ROUTE, corsPolicy=policy) == []


@pytest.mark.parametrize(
    ("policy", "path"),
    [
        ({"allowMethods": ["PUTT"]}, "allowMethods[0]"),
        ({"exposeHeaders": [""]}, "exposeHeaders[0]"),
        ({"allowHeaders": ["a b"]}, "allowHeaders[0]"),
        ({"allowOrigins": [{"exact": ""}]}, "allowOrigins[0]"),
        ({"allowOrigins": [{"regex": "["}]}, "allowOrigins[0].regex"),
        ({"maxAge": "0.1ms"}, "maxAge"),
    ],
)
def test_faults_name_the_field(http_errors, policy, path):
    assert http_errors(route=ROUTE, corsPolicy=policy) == [f"corsPolicy.{path}"]


def test_the_old_list_of_origins_is_warned_of(http_warnings):
    assert http_warnings(route=ROUTE, corsPolicy={"allowOrigin": ["*"]}) == ["corsPolicy.allowOrigin"]
