"""`lateen experimental workload`; what `configure` writes runs in tests/e2e/test_machines.py."""

from collections.abc import Callable
from pathlib import Path

import yaml
from click.testing import Result

from lateen.kinds.decode import decode


def test_a_group_is_printed_that_the_api_takes(lateen: Callable[..., Result]) -> None:
    options = ["--name", "db", "-n", "vm", "-l", "app=db,version=v1", "-p", "mysql=3306", "-s", "db"]
    found = decode(yaml.safe_load(lateen("x", "workload", "group", "create", *options).stdout))
    template = found.model.spec.template
    assert (found.kind, found.key) == ("WorkloadGroup", ("vm", "db"))
    assert (template.labels, template.ports) == ({"app": "db", "version": "v1"}, {"mysql": 3306})
    assert template.service_account == "db"


def test_a_machine_needs_one_group(lateen: Callable[..., Result], tmp_path: Path) -> None:
    (tmp_path / "none.yaml").write_text("apiVersion: v1\nkind: Namespace\nmetadata: {name: x}\n")
    options = ["-f", str(tmp_path / "none.yaml"), "-o", str(tmp_path / "out"), "--externalIP", "192.0.2.1"]
    found = lateen("x", "workload", "entry", "configure", *options)
    assert "holds 0 WorkloadGroups" in str(found.exception)
    assert not (tmp_path / "out").exists()
