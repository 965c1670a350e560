import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[3] / "support"))

from findings import core, found

from lateen.analysis.analyzers.deployment_services import ANALYZER

WORKLOAD = core("Deployment", "d", "{template: {metadata: {labels: {app: a, sidecar.istio.io/inject: 'true'}}}}")


def service(name: str, port: str) -> str:
    return core("Service", name, f"{{selector: {{app: a}}, ports: [{port}]}}")


def test_services_that_disagree_of_a_port_are_told_of_the_workload() -> None:
    two = service("s", "{port: 80, protocol: TCP}") + service("t", "{port: 80, protocol: UDP}")
    assert found(ANALYZER, WORKLOAD + two) == [("IST0116", "Deployment shop/d")]
    two = service("s", "{port: 80, targetPort: 8080}") + service("t", "{port: 81, targetPort: 8080}")
    assert found(ANALYZER, WORKLOAD + two) == [("IST0137", "Deployment shop/d")]


def test_services_that_agree_and_workloads_outside_the_mesh_are_nothing_to_tell() -> None:
    assert found(ANALYZER, WORKLOAD + service("s", "{port: 80}") + service("t", "{port: 80}")) == []
    two = service("s", "{port: 80, protocol: TCP}") + service("t", "{port: 80, protocol: UDP}")
    assert found(ANALYZER, WORKLOAD.replace("'true'", "'false'") + two) == []
