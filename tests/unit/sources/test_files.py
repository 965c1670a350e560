import io
from pathlib import Path

import pytest

from lateen.base.errors import LateenError
from lateen.sources.files import manifest_files, read_manifests

SERVICE = "apiVersion: v1\nkind: Service\nmetadata: {name: %s}\n"


def test_a_folder_is_read_in_order_of_names(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    for name in ("b.yaml", "a.yml", "sub/c.json", "readme.md"):
        (tmp_path / name).write_text(SERVICE % name[0] if "json" not in name else '{"kind": "Service"}')
    assert [Path(file).name for file in manifest_files(tmp_path)] == ["a.yml", "b.yaml", "c.json"]
    documents = read_manifests([tmp_path])
    assert documents[0].raw["metadata"]["name"] == "a" and documents[0].file == str(tmp_path / "a.yml")


def test_a_file_holds_any_number_of_documents(tmp_path: Path) -> None:
    path = tmp_path / "all.yaml"
    path.write_text(SERVICE % "a" + "---\n" + SERVICE % "b")
    assert [document.raw["metadata"]["name"] for document in read_manifests([str(path)])] == ["a", "b"]


def test_standard_input_is_a_dash(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(SERVICE % "a"))
    assert read_manifests(["-"])[0].file == "<stdin>"


def test_what_is_missing_is_said(tmp_path: Path) -> None:
    with pytest.raises(LateenError, match=r"cannot be read|not UTF-8"):
        read_manifests([tmp_path / "none.yaml"])
    with pytest.raises(LateenError, match="no manifests in"):
        read_manifests([tmp_path])
    (tmp_path / "binary.yaml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(LateenError, match=r"cannot be read|not UTF-8"):
        read_manifests([tmp_path])
