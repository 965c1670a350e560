import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[3] / "support"))

from findings import found, istio

from lateen.analysis.analyzers.destination_rule_certificates import ANALYZER


def rule(tls: str) -> str:
    return istio("DestinationRule", "r", f"{{host: x.com, trafficPolicy: {{tls: {tls}}}}}")


def test_tls_that_verifies_nobody_is_told() -> None:
    assert found(ANALYZER, rule("{mode: SIMPLE}")) == [("IST0128", "DestinationRule shop/r")]
    port = "{host: x.com, trafficPolicy: {portLevelSettings: [{port: {number: 443}, tls: {mode: MUTUAL}}]}}"
    assert found(ANALYZER, istio("DestinationRule", "r", port)) == [("IST0129", "DestinationRule shop/r")]


def test_tls_with_a_root_or_of_the_mesh_is_nothing_to_tell() -> None:
    assert found(ANALYZER, rule("{mode: SIMPLE, caCertificates: /root.pem}")) == []
    assert found(ANALYZER, rule("{mode: ISTIO_MUTUAL}")) == []
