import json
from collections.abc import Callable
from pathlib import Path

import yaml
from click.testing import Result

RESULTS = {
    "date": "2026-01-01T00:00:00Z",
    "gatewayAPIVersion": "v9",
    "note": "1 case",
    "cases": [{"name": "a", "features": ["Gateway", "HTTPRoute"], "provisional": False, "fault": ""}],
}


def test_results_become_a_report(lateen: Callable[..., Result], tmp_path: Path) -> None:
    (tmp_path / "results.json").write_text(json.dumps(RESULTS))
    found = lateen("gateway-api", "report", str(tmp_path / "results.json"), "--contact", "me")
    assert found.exit_code == 0 and found.stdout.startswith("# 1 case\n")
    made = yaml.safe_load(found.stdout)
    assert (made["kind"], made["implementation"]["contact"]) == ("ConformanceReport", ["me"])
    assert made["profiles"][0]["core"]["result"] == "success"


def test_a_file_of_something_else_is_refused(lateen: Callable[..., Result], tmp_path: Path) -> None:
    (tmp_path / "other.json").write_text("[1]")
    assert "holds no results" in str(lateen("gateway-api", "report", str(tmp_path / "other.json")).exception)
    (tmp_path / "other.json").write_text("{")
    assert "is no JSON" in str(lateen("gateway-api", "report", str(tmp_path / "other.json")).exception)
