import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from apiservers import service
from click.testing import CliRunner, Result

from lateen.cli.analyze import DATA_ERROR, FOUND_ISSUES
from lateen.cli.main import cli

if TYPE_CHECKING:
    from conftest import Cluster

SERVICE = """
apiVersion: v1
kind: Service
metadata: {name: reviews}
spec:
  ports:
  - port: 9080
    name: PORT
"""
BROKEN = """
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: reviews}
spec:
  hosts: [reviews]
  http:
  - route:
    - destination:
        host: reviewz
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "good.yaml").write_text(SERVICE.replace("PORT", "http"))
    (tmp_path / "odd.yaml").write_text(SERVICE.replace("PORT", "foo"))
    (tmp_path / "bad.yaml").write_text(SERVICE.replace("PORT", "http") + "---" + BROKEN)
    return tmp_path


def run(*arguments: str) -> Result:
    return CliRunner().invoke(cli, ["analyze", "--use-kube=false", *arguments])


def test_files_without_faults_are_told_so(folder: Path) -> None:
    result = run("good.yaml")
    assert result.exit_code == 0
    assert result.stderr == "✔ No validation issues found when analyzing good.yaml.\n"


def test_a_finding_has_its_file_and_line_and_the_exit_code_is_istioctls(folder: Path) -> None:
    result = run("bad.yaml")
    assert result.exit_code == FOUND_ISSUES == 79
    line = 'Error [IST0101] (VirtualService default/reviews bad.yaml:18) Referenced host not found: "reviewz"'
    assert result.stdout.splitlines()[0] == line
    assert "Error: Analyzers found issues when analyzing bad.yaml." in result.stderr


def test_thresholds_say_what_is_told_and_what_fails(folder: Path) -> None:
    assert run("odd.yaml").exit_code == 0
    assert "IST0118" in run("odd.yaml").stdout
    assert run("odd.yaml", "--failure-threshold", "Info").exit_code == FOUND_ISSUES
    assert run("odd.yaml", "--output-threshold", "Warning").stdout == ""


def test_a_namespace_for_objects_that_name_none_and_json(folder: Path) -> None:
    found = json.loads(run("bad.yaml", "-n", "shop", "-o", "json").stdout)
    assert [(one["code"], one["origin"], one["reference"]) for one in found] == [
        ("IST0101", "VirtualService shop/reviews", "bad.yaml:18")
    ]


def test_what_is_suppressed_is_not_told(folder: Path) -> None:
    assert run("bad.yaml", "--suppress", "IST0101=VirtualService reviews.default").exit_code == 0


def test_a_file_that_cannot_be_read_has_its_own_exit_code(folder: Path) -> None:
    (folder / "not.yaml").write_text("a: b: c")
    assert run("not.yaml").exit_code == DATA_ERROR
    assert run("not.yaml", "--ignore-unknown").exit_code == 0


def test_folders_below_are_searched_when_asked(folder: Path) -> None:
    (folder / "all" / "deep").mkdir(parents=True)
    (folder / "all" / "good.yaml").write_text(SERVICE.replace("PORT", "http"))
    (folder / "all" / "deep" / "bad.yaml").write_text(BROKEN)
    assert run("all").exit_code == 0
    assert run("-R", "all").exit_code == FOUND_ISSUES


def test_analyzers_are_listed(folder: Path) -> None:
    assert "virtualservice.DestinationHostAnalyzer" in run("-L").stdout


def test_settings_of_the_mesh_come_from_a_file(folder: Path) -> None:
    entry = (
        "apiVersion: networking.istio.io/v1\nkind: ServiceEntry\nmetadata: {name: e}\nspec: "
        "{hosts: [a.com], location: MESH_EXTERNAL, resolution: DNS, ports: [{number: 1, name: tcp, protocol: TCP}]}\n"
    )
    (folder / "entry.yaml").write_text(entry)
    (folder / "mesh.yaml").write_text("defaultConfig: {proxyMetadata: {ISTIO_META_DNS_CAPTURE: 'false'}}")
    assert "IST0134" not in run("entry.yaml").stdout
    assert "IST0134" in run("entry.yaml", "--meshConfigFile", "mesh.yaml").stdout


async def test_files_are_analyzed_among_the_objects_of_the_mesh(cluster: "Cluster") -> None:
    await cluster.lateen("apply", "-f", cluster.file("a.yaml", service("web")))
    rule = {"apiVersion": "networking.istio.io/v1", "kind": "DestinationRule", "metadata": {"name": "web"}}
    for host, code in (("web", 0), ("webb", FOUND_ISSUES)):
        file = cluster.file("rule.yaml", {**rule, "spec": {"host": host}})
        said = await cluster.lateen("analyze", file, "--failure-threshold", "Warning")
        assert said.exit_code == code, said.output
    assert "Warning [IST0174] (DestinationRule default/web" in said.stdout
    assert "Error: Analyzers found issues when analyzing namespace: default." in said.stderr


async def test_findings_of_other_namespaces_are_told_when_all_are_asked_for(cluster: "Cluster") -> None:
    await cluster.lateen("apply", "-f", cluster.file("a.yaml", service("web", ports=[{"port": 1, "name": "foo"}])))
    assert "IST0118" not in (await cluster.lateen("analyze", "-n", "kube-system")).stdout
    assert "IST0118" in (await cluster.lateen("analyze", "-A")).stdout
