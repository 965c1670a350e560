"""Files are read whole, judged whole, and put in the order that breaks nothing."""

import io
from pathlib import Path

import pytest

from lateen.base.errors import Invalid, LateenError
from lateen.cli.object_files import ORDER, objects_of, read_objects, shown
from lateen.kinds.all import KINDS
from lateen.kinds.object import Object

CONFIG = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: %s}\n"
SERVICE = "apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {ports: [{name: http, port: 80}]}\n"
NAMESPACE = "apiVersion: v1\nkind: Namespace\nmetadata: {name: shop}\n"
ROUTE = """\
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: web}
spec: {hosts: [web], http: [{route: [{destination: {host: web, subset: v1}}]}]}
"""
SUBSETS = """\
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: web}
spec: {host: web, subsets: [{name: v1, labels: {version: v1}}]}
"""
IMAGE = "apiVersion: lateen.dev/v1alpha1\nkind: ProcessImage\nmetadata: {name: app}\nspec: {images: [app], command: [python], directory: %s}\n"


def write(folder: Path, **files: str) -> None:
    for name, text in files.items():
        (folder / f"{name}.yaml").write_text(text)


def names(found: list[Object]) -> list[str]:
    return [shown(each) for each in found]


def test_order_names_kinds_that_there_are_each_once() -> None:
    assert set(ORDER) <= {kind.kind for kind in KINDS}
    assert len(set(ORDER)) == len(ORDER)


def test_what_others_refer_to_comes_first_whatever_the_order_of_the_files(tmp_path: Path) -> None:
    write(tmp_path, a=ROUTE, b=SUBSETS, c=SERVICE, d=NAMESPACE)
    assert names(read_objects([str(tmp_path)])) == [
        "namespace/shop",
        "service/web",
        "destinationrule.networking.istio.io/web",
        "virtualservice.networking.istio.io/web",
    ]


def test_within_a_kind_the_order_of_the_files_stands(tmp_path: Path) -> None:
    write(tmp_path, b=CONFIG % "one", a="---\n".join([CONFIG % "three", CONFIG % "two"]))
    assert names(read_objects([str(tmp_path)])) == ["configmap/three", "configmap/two", "configmap/one"]
    files = [str(tmp_path / name) for name in ("b.yaml", "a.yaml")]
    assert names(read_objects(files)) == ["configmap/one", "configmap/three", "configmap/two"]


def test_a_folder_is_read_with_its_folders_and_only_manifests(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "a.yml").write_text(CONFIG % "deep")
    (tmp_path / "b.json").write_text('{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "json"}}')
    (tmp_path / "notes.txt").write_text("not: [yaml")
    assert names(read_objects([str(tmp_path)])) == ["configmap/json", "configmap/deep"]


def test_a_dash_reads_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(CONFIG % "piped"))
    assert names(read_objects(["-"])) == ["configmap/piped"]


def test_an_object_knows_its_file_and_line(tmp_path: Path) -> None:
    write(tmp_path, a="---\n".join([CONFIG % "one", CONFIG % "two"]))
    found = read_objects([str(tmp_path)])
    assert [each.file for each in found] == [str(tmp_path / "a.yaml")] * 2
    assert found[1].origin_at("metadata.name").line == 7


def test_all_faults_of_all_files_are_told_at_once(tmp_path: Path) -> None:
    write(
        tmp_path,
        a=ROUTE.replace("hosts", "hosst").replace("host: web", "hots: web"),
        b="kind: [unclosed",
        c=SERVICE.replace("80", "eighty"),
        d=CONFIG % "good",
    )
    with pytest.raises(Invalid) as caught:
        read_objects([str(tmp_path)])
    text = str(caught.value)
    for file, part in (("a", "spec.hosst"), ("a", "destination"), ("b", ""), ("c", "spec.ports[0].port")):
        assert any(file in fault.file and part in fault.path for fault in caught.value.faults), (file, part, text)


def test_a_field_that_kubernetes_does_not_have_is_a_fault_in_a_file(tmp_path: Path) -> None:
    write(tmp_path, a=SERVICE.replace("ports:", "porst: [], ports:"))
    with pytest.raises(Invalid, match="porst"):
        read_objects([str(tmp_path)])


@pytest.mark.parametrize("name", ["missing.yaml", "missing/"])
def test_what_is_not_there_is_said_so(tmp_path: Path, name: str) -> None:
    with pytest.raises(LateenError, match=r"missing.*cannot be read"):
        read_objects([str(tmp_path / name)])


def test_a_file_that_is_no_text_is_said_so(tmp_path: Path) -> None:
    (tmp_path / "e.yaml").write_bytes(b"\xff\xfe")
    with pytest.raises(LateenError, match=r"e\.yaml.*is not UTF-8"):
        read_objects([str(tmp_path)])


def test_an_empty_folder_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(LateenError, match="no manifests in"):
        read_objects([str(tmp_path)])


@pytest.mark.parametrize(
    ("stated", "meant"), [("app", "app"), (".", "."), ("../src", "../src"), ("/opt/app", "/opt/app")]
)
def test_a_process_images_folder_is_relative_to_its_file(tmp_path: Path, stated: str, meant: str) -> None:
    (tmp_path / "deep").mkdir()
    write(tmp_path / "deep", a=IMAGE % stated)
    (found,) = read_objects([str(tmp_path)])
    assert found.raw["spec"]["directory"] == str((tmp_path / "deep" / meant).resolve())


def test_a_process_images_folder_from_standard_input_is_relative_to_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.stdin", io.StringIO(IMAGE % "app"))
    (found,) = read_objects(["-"])
    assert found.raw["spec"]["directory"] == str(tmp_path / "app")


def test_objects_made_by_a_program_are_checked_alike() -> None:
    (found,) = objects_of([{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop"}}])
    assert shown(found) == "namespace/shop"
    with pytest.raises(Invalid):
        objects_of([{"apiVersion": "v1", "kind": "Service", "metadata": {"name": "x"}, "spec": {"ports": 7}}])
