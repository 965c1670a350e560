import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[3] / "support"))

from findings import core, found

from lateen.analysis.analyzers.external_names import ANALYZER


def service(port: str, kind: str = "ExternalName") -> str:
    return core("Service", "s", f"{{type: {kind}, externalName: example.com, ports: [{port}]}}")


def test_a_port_that_says_no_protocol_with_a_host_is_told() -> None:
    for port in ("{port: 80}", "{port: 80, name: tcp-x}"):
        assert found(ANALYZER, service(port)) == [("IST0150", "Service shop/s")]


def test_named_ports_and_other_services_are_nothing_to_tell() -> None:
    assert found(ANALYZER, service("{port: 80, name: http}") + service("{port: 1, name: tcp}", "ClusterIP")) == []
    assert found(ANALYZER, service("{port: 443, name: x, appProtocol: https}")) == []
