from typing import Any

import pytest
from tokens import Issuer
from worlds import istio

from lateen.kinds.decode import decode
from lateen.plan.tokens import Keys, TokenIssuer
from lateen.security.request_authentication import TokenPolicy, compose, token_policy

JWKS = Issuer("me").jwks
URL = "https://idp.example.com/keys"


def policy(rules: str, more: str = "") -> TokenPolicy | None:
    return token_policy(decode(istio("RequestAuthentication", "tokens", f"{{jwtRules: [{rules}]{more}}}")))


def issuer(rule: str) -> TokenIssuer:
    found = policy(rule)
    assert found is not None
    return found.issuers[0]


def test_all_that_a_rule_says_is_read() -> None:
    found = issuer(f"""{{issuer: me, audiences: [a], jwksUri: '{URL}', timeout: 2s, forwardOriginalToken: true,
        fromHeaders: [{{name: x-token, prefix: 'Token '}}], fromParams: [t], fromCookies: [c],
        outputPayloadToHeader: x-payload, outputClaimToHeaders: [{{header: x-sub, claim: sub}}],
        spaceDelimitedClaims: [groups, scope]}}""")
    assert found == TokenIssuer(
        keys=Keys(url=URL, timeout_ms=2000), issuer="me", audiences=("a",), headers=(("x-token", "Token "),),
        params=("t",), cookies=("c",), forward=True, payload_header="x-payload", claim_headers=(("x-sub", "sub"),),
        space_delimited=("groups", "permission", "scope"), origin=found.origin,
    )  # fmt: skip
    assert found.origin.field == "spec.jwtRules[0]"


@pytest.mark.parametrize(
    ("rule", "keys"),
    [
        (f"{{issuer: me, jwks: '{JWKS}'}}", None),
        ("{issuer: me, jwks: '{\"keys\": []}'}", Keys()),
        (f"{{issuer: me, jwksUri: '{URL}'}}", Keys(url=URL)),
        (f"{{issuer: me, jwks_uri: '{URL}'}}", Keys(url=URL)),
        ("{issuer: 'https://me/'}", Keys(url="https://me/.well-known/openid-configuration")),
        ("{issuer: me@example.com}", Keys()),
    ],
)
def test_keys_are_written_or_somewhere_or_unknown(rule: str, keys: Keys | None) -> None:
    found = issuer(rule).keys
    assert found == keys if keys else (found.text and not found.url)


def test_a_policy_without_rules_and_one_for_a_waypoint_say_nothing_here() -> None:
    assert policy("") is None
    assert policy(f"{{issuer: me, jwks: '{JWKS}'}}", ", targetRefs: [{kind: Service, group: '', name: web}]") is None


def test_policies_count_together_by_issuer_with_the_keys_that_are_found() -> None:
    one = policy(f"{{issuer: b, jwksUri: '{URL}'}}, {{issuer: c, jwks: '{JWKS}'}}")
    other = policy("{issuer: a}")
    assert one is not None and other is not None
    asked: list[Any] = []

    def find(issuer: TokenIssuer) -> Keys:
        asked.append(issuer.issuer)
        return Keys(text="found")

    found = compose([one, other], find)
    assert [(each.issuer, bool(each.keys.text)) for each in found] == [("a", False), ("b", True), ("c", True)]
    assert asked == ["b"]
