from pathlib import Path

import yaml
from click.testing import CliRunner

from lateen.cli.main import cli
from lateen.install.crds import crds


def test_crds_are_printed_as_documents_without_anchors() -> None:
    printed = CliRunner().invoke(cli, ["manifests", "crds"])
    assert printed.exit_code == 0 and "&id" not in printed.output
    assert list(yaml.safe_load_all(printed.output)) == crds()


def test_manifest_is_another_word_for_it() -> None:
    assert "crds" in CliRunner().invoke(cli, ["manifest", "--help"]).output


def test_charts_are_written_into_a_folder(tmp_path: Path) -> None:
    printed = CliRunner().invoke(cli, ["manifest", "charts", "-o", str(tmp_path / "made")])
    assert printed.output == f"base, istiod, gateway are in {tmp_path / 'made'}\n"
    assert (tmp_path / "made" / "istiod" / "templates" / "_helpers.tpl").exists()
