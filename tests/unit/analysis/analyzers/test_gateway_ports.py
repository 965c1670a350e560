import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[3] / "support"))

from findings import core, found, istio

from lateen.analysis.analyzers.gateway_ports import ANALYZER

POD = core("Pod", "edge", labels="{istio: edge}")
SERVICE = core("Service", "edge", "{selector: {istio: edge}, ports: [{port: 80, targetPort: 8080}]}")


def gateway(number: int, selector: str = "edge") -> str:
    return istio("Gateway", "g", f"{{selector: {{istio: {selector}}}, servers: [{{port: {{number: {number}}}}}]}}")


def test_a_gateway_without_a_workload_and_a_port_that_its_service_lacks_are_told() -> None:
    assert found(ANALYZER, POD + SERVICE + gateway(80, "edgy")) == [("IST0101", "Gateway shop/g")]
    assert found(ANALYZER, POD + SERVICE + gateway(81)) == [("IST0162", "Gateway shop/g")]


def test_ports_of_the_service_and_where_they_lead_are_nothing_to_tell() -> None:
    assert found(ANALYZER, POD + SERVICE + gateway(80)) == found(ANALYZER, POD + SERVICE + gateway(8080)) == []
