import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[3] / "support"))

from findings import findings, istio

from lateen.analysis.analyzers.deprecation import ANALYZER


def balanced(by: str) -> str:
    return istio("DestinationRule", "r", f"{{host: x, trafficPolicy: {{loadBalancer: {{simple: {by}}}}}}}")


def test_least_conn_is_told_with_its_new_name() -> None:
    (one,) = findings(ANALYZER, balanced("LEAST_CONN"))
    assert (one.code, one.path) == ("IST0002", "spec.trafficPolicy.loadBalancer.simple")
    assert (one.text, one.fix) == (
        "Deprecated: trafficPolicy.loadBalancer.simple: LEAST_CONN is deprecated",
        "use LEAST_REQUEST",
    )


def test_what_is_not_deprecated_is_nothing_to_tell() -> None:
    assert findings(ANALYZER, balanced("LEAST_REQUEST")) == []
