"""istioctl's own tables of a proxy's configuration: same rows, where the columns are the same."""

import json
from pathlib import Path
from typing import Any

import pytest

from lateen.cli.config_dump import ConfigDump
from lateen.cli.proxy_config import VIEWS
from lateen.cli.tables import print_table

CORPUS = Path(__file__).parents[3] / "shared" / "conformance" / "istioctl-golden" / "writer-envoy-configdump"

pytestmark = [
    pytest.mark.conformance,
    pytest.mark.skipif(not CORPUS.exists(), reason="the corpora are not here (../shared/conformance)"),
]


def folders(name: str) -> list[Path]:
    return sorted(path for path in (CORPUS / name).glob("*") if path.is_dir())


def collapsed(text: str) -> list[str]:
    return [" ".join(line.split()) for line in text.splitlines()]


@pytest.mark.parametrize("folder", folders("routes"), ids=lambda path: path.name)
def test_routes_are_the_same_table(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    header, rows = VIEWS["route"]
    print_table(header, rows(ConfigDump(json.loads((folder / "configdump.json").read_text()), {}), {}))
    assert collapsed(capsys.readouterr().out) == collapsed((folder / "output.txt").read_text())


def hosts(dump: dict[str, Any]) -> dict[str, Any]:
    """The endpoints of a dump as /clusters?format=json tells of them: that is where we read them."""
    statuses: dict[str, list[dict[str, Any]]] = {}
    for state in ("static_endpoint_configs", "dynamic_endpoint_configs"):
        for entry in dump["configs"][0].get(state, []):
            config = entry["endpoint_config"]
            for locality in config.get("endpoints", []):
                for each in locality.get("lb_endpoints", []):
                    health = {"eds_health_status": each["health_status"]}
                    found = {"address": each["endpoint"]["address"], "health_status": health}
                    statuses.setdefault(config["cluster_name"], []).append(found)
    return {"cluster_statuses": [{"name": name, "host_statuses": found} for name, found in statuses.items()]}


@pytest.mark.parametrize(("name", "filters"), [("emptyfilter", {}), ("portfilter", {"port": 8080})])
def test_endpoints_are_the_same_hosts_in_the_same_health(name: str, filters: dict[str, Any]) -> None:
    """The golden's table has a column for localities (none are set) where ours has the outlier check."""
    dump = json.loads((CORPUS / "endpoint" / "configdump.json").read_text())
    ours = {
        f"{str(place).removeprefix('unix://')} {status} {cluster}"
        for place, status, _, cluster in ConfigDump(dump, hosts(dump)).endpoints(filters)
    }
    header, *golden = collapsed((CORPUS / "endpoint" / f"{name}_output.txt").read_text())
    assert header == "NAME STATUS LOCALITY CLUSTER"
    assert ours == set(golden)


def test_a_certificate_is_the_same_row() -> None:
    """The golden's other rows are SPIFFE bundles of several trust domains, which the mesh does not make."""
    folder = CORPUS / "secret" / "spire"
    found = ConfigDump(json.loads((folder / "config_dump.json").read_text()), {}).secrets({})
    name, kind, status, valid, end = found[0]
    row = collapsed((folder / "output").read_text())[1]
    assert row.startswith(f"{name} {kind} {status} {valid} ")
    assert f" {end} " in row
