from typing import Any

import pytest
from tokens import Issuer
from worlds import istio, pod, service

from lateen.simulate.call import Call, Outcome
from lateen.simulate.walk import simulate

RULE = f"{{issuer: i, audiences: [a], jwks: '{Issuer('i').jwks}'}}"
UNKNOWN = "{issuer: j, jwksUri: 'https://j.example.com/keys'}"


def called(proxy: Any, claims: Any, *rules: str) -> Outcome:
    policy = istio("RequestAuthentication", "tokens", f"{{jwtRules: [{', '.join(rules)}]}}")
    there = proxy(service("web"), policy, proxy=pod("web-1", "10.1.0.3"))
    return simulate(there, Call(port=80, mode="inbound", address="10.1.0.3", host="web", claims=claims))


@pytest.mark.parametrize(
    ("claims", "why"),
    [
        (None, ""),
        ({"iss": "i", "aud": "a"}, ""),
        ({"iss": "i", "aud": ["b", "a"]}, ""),
        ({"iss": "i", "aud": "b"}, "Audiences in Jwt are not allowed"),
        ({"iss": "i"}, "Audiences in Jwt are not allowed"),
        ({"iss": "x"}, "Jwt issuer is not configured"),
        ({"iss": "j"}, "Jwks remote fetch is failed"),
    ],
)
def test_a_bad_token_is_refused_and_none_is_not(proxy: Any, claims: Any, why: str) -> None:
    found = called(proxy, claims, RULE, UNKNOWN)
    assert (found.status, found.failure) == ((401, "token refused") if why else (0, ""))
    assert why in [step.why for step in found.steps] or not why


GATEWAY = (
    "{selector: {istio: ingressgateway}, servers: [{port: {number: 80, name: http, protocol: HTTP}, hosts: ['*']}]}"
)
ROUTES = """{hosts: ['*'], gateways: [edge], http: [
  {match: [{headers: {'@request.auth.claims.groups': {exact: admin}}}], directResponse: {status: 201}},
  {match: [{headers: {'@request.auth.claims[a.b][c]': {prefix: x}}}], directResponse: {status: 202}},
  {match: [{withoutHeaders: {'@request.auth.claims.iss': {exact: i}}}], directResponse: {status: 203}},
  {directResponse: {status: 204}}]}"""


@pytest.mark.parametrize(
    ("claims", "status"),
    [
        ({"groups": "admin"}, 201),
        ({"groups": ["user", "admin"]}, 201),
        ({"groups": ["user"], "a.b": {"c": "xyz"}}, 202),
        ({"a.b": {"c": "yz"}}, 204),
        (None, 203),
    ],
)
def test_routes_of_gateways_are_chosen_by_claims(proxy: Any, claims: Any, status: int) -> None:
    edge = pod("edge-1", "10.1.0.4", {"istio": "ingressgateway"}, annotations={"inject.istio.io/templates": "gateway"})
    objects = (istio("Gateway", "edge", GATEWAY), istio("VirtualService", "edge", ROUTES), edge,
               istio("RequestAuthentication", "tokens", f"{{jwtRules: [{RULE}]}}"))  # fmt: skip
    there = proxy(*objects, proxy=edge)
    said = None if claims is None else {"iss": "i", "aud": "a", **claims}
    found = simulate(there, Call(port=80, mode="gateway", address="10.1.0.4", host="x", claims=said))
    assert found.status == status
