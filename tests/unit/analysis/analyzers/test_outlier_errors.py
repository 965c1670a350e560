import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[3] / "support"))

from findings import found, istio

from lateen.analysis.analyzers.outlier_errors import ANALYZER


def rule(detection: str) -> str:
    return istio("DestinationRule", "r", f"{{host: x, trafficPolicy: {{outlierDetection: {detection}}}}}")


def test_gateway_errors_alone_are_explained() -> None:
    assert found(ANALYZER, rule("{consecutiveGatewayErrors: 5}")) == [("LAT0004", "DestinationRule shop/r")]


def test_where_all_errors_are_counted_there_is_nothing_to_tell() -> None:
    assert found(ANALYZER, rule("{consecutiveGatewayErrors: 3, consecutive5xxErrors: 5}")) == []
    assert found(ANALYZER, rule("{consecutive5xxErrors: 5}")) == []
