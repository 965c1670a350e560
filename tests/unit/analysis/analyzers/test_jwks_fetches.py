import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[3] / "support"))

from findings import core, found, istio

from lateen.analysis.analyzers.jwks_fetches import ANALYZER

POLICY = istio("RequestAuthentication", "jwt", "{}", group="security")


def istiod(env: str) -> str:
    spec = f"{{template: {{spec: {{containers: [{{name: discovery, env: [{env}]}}]}}}}}}"
    return core("Deployment", "istiod", spec, "{app: istiod}")


def test_fetches_from_anywhere_are_told_where_there_are_fetches() -> None:
    assert found(ANALYZER, POLICY + istiod("")) == [("IST0175", "Deployment shop/istiod")]


def test_blocked_addresses_and_no_fetches_are_nothing_to_tell() -> None:
    assert found(ANALYZER, POLICY + istiod("{name: BLOCKED_CIDRS_IN_JWKS_URIS, value: 10.0.0.0/8}")) == []
    assert found(ANALYZER, istiod("")) == []
