import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[3] / "support"))

from findings import core, findings

from lateen.analysis.analyzers.server_first import ANALYZER


def service(port: str) -> str:
    return core("Service", "db", f"{{ports: [{port}]}}")


def test_a_database_port_that_does_not_say_so_is_told() -> None:
    (one,) = findings(ANALYZER, service("{port: 3306, name: db}"))
    assert one.code == "LAT0003" and one.text.startswith("server-first protocol needs explicit protocol: port 3306")
    assert one.fix == "name the port mysql, or set appProtocol: mysql"
    assert len(findings(ANALYZER, service("{port: 1234, name: mysqld, targetPort: 3306}"))) == 1


def test_a_database_port_that_says_so_is_nothing_to_tell() -> None:
    for port in ("{port: 3306, name: mysql}", "{port: 3306, name: tcp-db}", "{port: 3306, appProtocol: mysql}"):
        assert findings(ANALYZER, service(port)) == []
