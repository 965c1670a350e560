import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[3] / "support"))

from findings import found, istio

from lateen.analysis.analyzers.service_entry_protocols import ANALYZER


def entry(name: str, protocol: str) -> str:
    return istio("ServiceEntry", name, f"{{hosts: [x.com], ports: [{{number: 443, protocol: {protocol}}}]}}")


def test_two_protocols_of_one_port_are_told_of_both() -> None:
    both = [("IST0177", "ServiceEntry shop/a"), ("IST0177", "ServiceEntry shop/b")]
    assert found(ANALYZER, entry("a", "HTTPS") + entry("b", "HTTP")) == both


def test_one_protocol_in_two_entries_is_nothing_to_tell() -> None:
    assert found(ANALYZER, entry("a", "HTTPS") + entry("b", "https")) == []
