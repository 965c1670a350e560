import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[3] / "support"))

from findings import core, findings, istio

from lateen.analysis.analyzers.claim_routes import ANALYZER

MATCH = "[{headers: {'@request.auth.claims.group': {exact: a}}}]"
MESH = (
    core("Pod", "gw-1", labels="{istio: gw}")
    + istio("Gateway", "g", "{selector: {istio: gw}}")
    + istio("VirtualService", "v", f"{{gateways: [g], http: [{{match: {MATCH}}}]}}")
)


def test_a_route_by_claims_where_nobody_checks_tokens_is_told() -> None:
    (one,) = findings(ANALYZER, MESH)
    assert (one.code, one.path) == ("IST0149", "spec.http[0].match[0].headers")
    assert "(key: @request.auth.claims.group)" in one.text and "(shop/g) pod (gw-1)" in one.text


def test_a_request_authentication_for_the_gateway_is_enough_and_one_for_others_is_not() -> None:
    checked = istio("RequestAuthentication", "r", "{selector: {matchLabels: {istio: gw}}}", "security")
    assert findings(ANALYZER, MESH + checked) == []
    assert len(findings(ANALYZER, MESH + checked.replace("istio: gw", "istio: other"))) == 1
