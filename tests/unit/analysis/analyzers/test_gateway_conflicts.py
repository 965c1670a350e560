import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[3] / "support"))

from findings import found, istio

from lateen.analysis.analyzers.gateway_conflicts import ANALYZER


def gateway(name: str, number: int, host: str) -> str:
    server = f"{{port: {{number: {number}}}, hosts: ['{host}']}}"
    return istio("Gateway", name, f"{{selector: {{istio: edge}}, servers: [{server}]}}")


def test_the_same_host_at_the_same_port_is_told_of_both() -> None:
    both = [("IST0145", "Gateway shop/a"), ("IST0145", "Gateway shop/b")]
    assert found(ANALYZER, gateway("a", 80, "x.com") + gateway("b", 80, "*.com")) == both


def test_other_ports_and_other_hosts_are_nothing_to_tell() -> None:
    assert found(ANALYZER, gateway("a", 80, "x.com") + gateway("b", 81, "x.com")) == []
    assert found(ANALYZER, gateway("a", 80, "x.com") + gateway("b", 80, "y.com")) == []
