import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[3] / "support"))

from findings import core, found

from lateen.analysis.analyzers.service_port_names import ANALYZER


def service(port: str) -> str:
    return core("Service", "s", f"{{ports: [{port}]}}")


def test_a_port_whose_name_tells_no_protocol_is_told() -> None:
    assert found(ANALYZER, service("{port: 8080, name: foo}")) == [("IST0118", "Service shop/s")]
    assert found(ANALYZER, service("{port: 8080}")) == [("IST0118", "Service shop/s")]


def test_names_and_app_protocols_that_tell_are_nothing_to_tell() -> None:
    for port in ("{port: 1, name: http-web}", "{port: 1, name: tcp}", "{port: 1, appProtocol: http}"):
        assert found(ANALYZER, service(port)) == []
