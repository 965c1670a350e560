from typing import Any

import pytest
from tokens import Issuer
from worlds import istio, mesh_config, pod, service

from lateen.simulate.call import Call, Outcome
from lateen.simulate.walk import simulate

WEB = service("web", [{"name": "http", "port": 80}, {"name": "tcp", "port": 90}])
SERVER = pod("web-1", "10.1.0.3")
ME = "spiffe://cluster.local/ns/shop/sa/me"
GET = "{to: [{operation: {methods: [GET]}}]}"


def called(proxy: Any, *policies: Any, **call: Any) -> Outcome:
    given = {"port": 80, "mode": "inbound", "address": "10.1.0.3", "host": "web"} | call
    return simulate(proxy(WEB, *policies, proxy=SERVER), Call(**given))


def policy(name: str, spec: str, **meta: Any) -> dict[str, Any]:
    made = istio("AuthorizationPolicy", name, spec)
    return made | {"metadata": made["metadata"] | meta}


def test_the_rule_that_decides_is_named_with_its_place(proxy: Any) -> None:
    allowed = called(proxy, policy("get", f"{{rules: [{GET}]}}"))
    assert (allowed.status, allowed.failure, allowed.rule) == (0, "", "ns[shop]-policy[get]-rule[0]")
    assert "AuthorizationPolicy shop/get spec.rules[0]" in [str(step.origin) for step in allowed.steps]
    denied = called(proxy, policy("get", f"{{action: DENY, rules: [{GET}]}}"))
    assert (denied.status, denied.failure, denied.rule) == (403, "denied", "ns[shop]-policy[get]-rule[0]")
    assert str(denied.steps[-1].origin) == "AuthorizationPolicy shop/get spec.rules[0]"


def test_what_no_rule_allows_is_denied_by_none(proxy: Any) -> None:
    found = called(proxy, policy("get", f"{{rules: [{GET}]}}"), method="POST")
    assert (found.failure, found.rule, found.steps[-1].why) == ("denied", "", "no rule allows it")


def test_who_calls_is_who_proved_it(proxy: Any) -> None:
    only_me = policy("me", "{rules: [{from: [{source: {principals: [cluster.local/ns/shop/sa/me]}}]}]}")
    assert called(proxy, only_me, tls="mtls", identity=ME).failure == ""
    assert called(proxy, only_me, tls="mtls", identity=f"{ME}2").failure == "denied"
    assert called(proxy, only_me, identity=ME).failure == "denied"


def test_bytes_are_held_against_what_can_be_told_of_them(proxy: Any) -> None:
    over_tcp = {"port": 90, "protocol": "tcp"}
    assert called(proxy, policy("get", f"{{rules: [{GET}]}}"), **over_tcp).failure == "denied"
    assert called(proxy, policy("get", f"{{rules: [{GET}]}}"), **over_tcp).status == 0
    near = policy("near", "{rules: [{from: [{source: {ipBlocks: [10.1.0.0/16]}}]}]}")
    assert called(proxy, near, **over_tcp).failure == ""
    assert called(proxy, near, client="10.2.0.1", **over_tcp).failure == "denied"


def test_the_last_address_of_x_forwarded_for_is_where_a_request_comes_from(proxy: Any) -> None:
    far = policy("far", "{rules: [{from: [{source: {remoteIpBlocks: [192.0.2.0/24]}}]}]}")
    assert called(proxy, far, headers={"X-Forwarded-For": "10.0.0.1, 192.0.2.7"}).failure == ""
    assert called(proxy, far, headers={"X-Forwarded-For": "192.0.2.7, 10.0.0.1"}).failure == "denied"
    assert called(proxy, far, client="192.0.2.7").failure == ""
    assert called(proxy, far, client="192.0.2.7", headers={"X-Forwarded-For": "unknown"}).failure == ""


@pytest.mark.parametrize(
    ("claims", "failure"), [({"iss": "i", "sub": "s"}, ""), ({"iss": "i"}, "denied"), (None, "denied")]
)
def test_claims_are_of_a_verified_token(proxy: Any, claims: Any, failure: str) -> None:
    known = policy("known", "{rules: [{from: [{source: {requestPrincipals: [i/s]}}]}]}")
    checked = istio("RequestAuthentication", "tokens", f"{{jwtRules: [{{issuer: i, jwks: '{Issuer('i').jwks}'}}]}}")
    assert called(proxy, known, checked, claims=claims).failure == failure
    assert called(proxy, known, claims=claims).failure == "denied", "nobody has checked it"


def test_a_trial_is_told_and_decides_nothing(proxy: Any) -> None:
    tried = policy("t", f"{{action: DENY, rules: [{GET}]}}", annotations={"istio.io/dry-run": "true"})
    found = called(proxy, tried)
    assert found.failure == ""
    assert "ns[shop]-policy[t]-rule[0] takes it, and decides nothing" in [step.why for step in found.steps]


ASK = mesh_config("extensionProviders: [{name: a, envoyExtAuthzHttp: {service: web.shop.svc.cluster.local, port: 80}}]")


def test_somebody_else_decides_on_what_is_marked(proxy: Any) -> None:
    custom = policy("c", f"{{action: CUSTOM, provider: {{name: a}}, rules: [{GET}]}}")
    assert "somebody else decides" in [step.why for step in called(proxy, ASK, custom).steps]
    assert "somebody else decides" not in [step.why for step in called(proxy, ASK, custom, method="POST").steps]
    unknown = policy("c", f"{{action: CUSTOM, provider: {{name: b}}, rules: [{GET}]}}")
    assert called(proxy, ASK, unknown).failure == "denied"


def test_who_is_denied_is_not_told_what_there_is(proxy: Any) -> None:
    assert called(proxy, policy("none", "{}"), path="/nowhere").status == 403
