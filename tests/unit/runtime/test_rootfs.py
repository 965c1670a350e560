import os

import pytest

from lateen.runtime.rootfs import covered, walk


@pytest.fixture
def root(tmp_path):
    fd = os.open(tmp_path, os.O_PATH)
    yield fd
    os.close(fd)


def opened(fd):
    path = os.readlink(f"/proc/self/fd/{fd}")
    os.close(fd)
    return path


def test_missing_folders_are_made(root, tmp_path):
    assert opened(walk(root, "/a/b/c")) == str(tmp_path / "a/b/c")


def test_a_missing_file_is_made_empty(root, tmp_path):
    assert opened(walk(root, "/a/f", file=True)) == str(tmp_path / "a/f")
    assert (tmp_path / "a/f").read_bytes() == b""


@pytest.mark.parametrize("path", ["/out/x", "/out"])
def test_a_link_is_not_followed(root, tmp_path, path):
    (tmp_path / "out").symlink_to("/etc")
    with pytest.raises(OSError, match="Not a directory"):
        walk(root, path)


@pytest.mark.parametrize("path", ["/", "", "/a/../../b"])
def test_paths_that_lead_nowhere_are_refused(root, path):
    with pytest.raises(OSError, match="not a path"):
        walk(root, path)


def test_folders_inside_others_are_covered():
    assert covered(["/usr", "/usr/local", "/usrx", "/opt"]) == ["/opt", "/usr", "/usrx"]
