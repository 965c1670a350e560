import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[3] / "support"))

from findings import found, istio

from lateen.analysis.analyzers.service_entry_addresses import ANALYZER

CAPTURE = {"defaultConfig": {"proxyMetadata": dict.fromkeys(
    ("ISTIO_META_DNS_CAPTURE", "ISTIO_META_DNS_AUTO_ALLOCATE"), "true")}}  # fmt: skip


def entry(protocol: str, more: str = "") -> str:
    ports = f"[{{number: 3306, name: db, protocol: {protocol}}}]"
    return istio("ServiceEntry", "e", f"{{hosts: [db.example.com], ports: {ports}{more}}}")


def test_tcp_without_addresses_is_told_where_names_are_not_resolved_by_the_mesh() -> None:
    assert found(ANALYZER, entry("TCP")) == [("IST0134", "ServiceEntry shop/e")]


def test_addresses_names_and_http_tell_entries_apart() -> None:
    assert found(ANALYZER, entry("TCP", ", addresses: [10.0.0.1]")) == []
    assert found(ANALYZER, entry("TCP"), CAPTURE) == []
    assert found(ANALYZER, entry("HTTP")) == []
