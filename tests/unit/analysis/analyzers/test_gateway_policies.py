import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[3] / "support"))

from findings import core, findings, istio

from lateen.analysis.analyzers.gateway_policies import ANALYZER

POD = core("Pod", "p", labels="{gateway.networking.k8s.io/gateway-name: edge}")
SELECTOR = "selector: {matchLabels: {gateway.networking.k8s.io/gateway-name: edge}}"


def test_a_selector_of_a_gateways_pods_is_told_with_the_target_to_name() -> None:
    (one,) = findings(ANALYZER, POD + istio("AuthorizationPolicy", "a", f"{{{SELECTOR}}}", group="security"))
    assert one.code == "IST0166"
    assert one.fix == "targetRefs: [{group: gateway.networking.k8s.io, kind: Gateway, name: edge}]"


def test_a_policy_with_a_target_is_nothing_to_tell() -> None:
    spec = f"{{{SELECTOR}, targetRefs: [{{kind: Gateway, name: edge}}]}}"
    assert findings(ANALYZER, POD + istio("AuthorizationPolicy", "a", spec, group="security")) == []
