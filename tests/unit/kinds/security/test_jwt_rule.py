import pytest

KEYS = '{"keys": []}'


@pytest.fixture
def rule_errors(errors):
    return lambda **rule: [
        path.removeprefix("spec.jwtRules[0]").removeprefix(".")
        for path in errors("RequestAuthentication", jwtRules=[rule])
    ]


@pytest.mark.parametrize(
    "rule",
    [
        {"issuer": "a"},
        {"jwksUri": "https://a/keys"},
        {"issuer": "a", "jwks_uri": "http://a/keys"},
        {"issuer": "a", "jwks": KEYS, "fromHeaders": [{"name": "x-jwt", "prefix": "Bearer "}], "timeout": "5s"},
        {"issuer": "a", "outputClaimToHeaders": [{"header": "x-sub", "claim": "sub"}]},
    ],
)
def test_rules_are_accepted(rule_errors, rule):
    assert rule_errors(**rule) == []


@pytest.mark.parametrize(
    ("rule", "field"),
    [
        ({}, "issuer"),
        ({"issuer": "a", "jwksUri": "a.com"}, "jwksUri"),
        ({"issuer": "a", "jwks_uri": "ftp://a"}, "jwks_uri"),
        ({"issuer": "a", "jwksUri": "https://a", "jwks": KEYS}, ""),
        ({"issuer": "a", "jwks": "not JSON"}, "jwks"),
        ({"issuer": "a", "jwks": "[]"}, "jwks"),
        ({"issuer": "a", "timeout": "1us"}, "timeout"),
        ({"issuer": "a", "audiences": [""]}, "audiences[0]"),
        ({"issuer": "a", "fromCookies": ["a", ""]}, "fromCookies[1]"),
        ({"issuer": "a", "outputClaimToHeaders": [{"claim": "s", "header": "a%b"}]}, "outputClaimToHeaders[0].header"),
    ],
)
def test_faults_name_the_field(rule_errors, rule, field):
    assert rule_errors(**rule) == [field]
