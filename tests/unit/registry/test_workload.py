from lateen.base.refs import Key
from lateen.registry.workload import Workload


def test_telemetry_shows_seven_parts():
    found = Workload(
        namespace="shop",
        name="web-1",
        labels={"app": "web", "version": "v1"},
        ports={},
        workload_name="web-v1",
        canonical_name="web",
        canonical_revision="v1",
    )
    assert found.telemetry == "web-v1;shop;web;v1;web;v1;Kubernetes"
    assert found.key == Key("shop", "web-1")
