import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[3] / "support"))

from findings import findings, found, istio

from lateen.analysis.analyzers.request_principals import ANALYZER

WEB = ", selector: {matchLabels: {app: web}}"
ISSUER = "https://auth.example.com"


def policy(source: str, action: str = "DENY", more: str = WEB) -> str:
    return istio("AuthorizationPolicy", "p", f"{{action: {action}, rules: [{{from: [{{source: {source}}}]}}]{more}}}", "security")  # fmt: skip


def tokens(more: str = WEB, issuer: str = ISSUER) -> str:
    return istio("RequestAuthentication", "t", f"{{jwtRules: [{{issuer: '{issuer}'}}]{more}}}", "security")


NOBODY = "{notRequestPrincipals: ['*']}"


@pytest.mark.parametrize(
    ("source", "action", "consequence"),
    [
        (NOBODY, "DENY", "denies every request"),
        (NOBODY, "ALLOW", "lets every request pass"),
        ("{requestPrincipals: ['*']}", "DENY", "denies no request: access is open"),
        ("{requestPrincipals: ['*']}", "ALLOW", "lets no request pass"),
    ],
)
def test_t16_without_authentication_a_rule_on_principals_does_something_else(source: str, action: str, consequence: str) -> None:  # fmt: skip
    (only,) = findings(ANALYZER, policy(source, action))
    assert (only.code, only.path.rpartition(".")[0]) == ("LAT0009", "spec.rules[0].from[0].source")
    assert consequence in only.text


@pytest.mark.parametrize("selector", [WEB, "", ", selector: {matchLabels: {app: wbe}}"])
def test_authentication_must_be_for_the_same_workloads(selector: str) -> None:
    expected = [] if "wbe" not in selector else [("LAT0009", "AuthorizationPolicy shop/p")]
    assert found(ANALYZER, policy(NOBODY) + tokens(selector)) == expected


def test_conditions_on_claims_need_it_too() -> None:
    claims = "{rules: [{when: [{key: 'request.auth.claims[a]', values: [b]}]}]}"
    text = istio("AuthorizationPolicy", "p", claims, "security")
    assert found(ANALYZER, text) == [("LAT0009", "AuthorizationPolicy shop/p")]
    assert found(ANALYZER, text + tokens("")) == []


def test_a_misspelt_issuer_is_named_with_the_nearest() -> None:
    (only,) = findings(ANALYZER, policy("{requestPrincipals: ['https://auth.exmple.com/*', '*']}", "ALLOW") + tokens())
    assert (only.code, only.path) == ("LAT0010", "spec.rules[0].from[0].source.requestPrincipals[0]")
    assert only.fix == "did you mean https://auth.example.com/*?"
    assert found(ANALYZER, policy(f"{{requestPrincipals: ['{ISSUER}/me']}}", "ALLOW") + tokens()) == []
