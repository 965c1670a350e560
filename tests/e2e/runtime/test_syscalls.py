"""What a forked process does to itself with these calls is what the kernel says of it."""

import os
from pathlib import Path

import pytest

from lateen.runtime.syscalls import (
    ATTR_RDONLY,
    CLONE_NEWNS,
    CLONE_NEWUTS,
    MNT_DETACH,
    MS_BIND,
    MS_PRIVATE,
    MS_REC,
    PR_SET_NO_NEW_PRIVS,
    drop_bounding_set,
    drop_capabilities,
    mount,
    prctl,
    restrict_mount,
    setns,
    unmount,
    unshare,
)


def forked(function):
    """Run `function` in a fork and return what it returns, or the error that it raised, as text."""
    read, write = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            said = str(function())
        except BaseException as error:
            said = repr(error)
        os.write(write, said.encode())
        os._exit(0)
    os.close(write)
    with open(read) as pipe:
        said = pipe.read()
    os.waitpid(pid, 0)
    return said


@pytest.fixture(autouse=True)
def root(mesh_name):
    """These calls need it."""


def test_capabilities_are_given_up_for_good():
    def drop():
        drop_bounding_set()
        drop_capabilities()
        lines = Path("/proc/self/status").read_text().splitlines()
        return {line.split()[1] for line in lines if line.startswith("Cap")}

    assert forked(drop) == str({"0" * 16})


def test_no_new_privileges():
    def promise():
        prctl(PR_SET_NO_NEW_PRIVS, 1)
        return "NoNewPrivs:\t1" in Path("/proc/self/status").read_text()

    assert forked(promise) == "True"


def test_a_mount_of_ones_own_is_restricted_and_lifted(tmp_path):
    (tmp_path / "x").write_text("x")
    place = tmp_path / "place"
    place.mkdir()

    def try_it():
        unshare(CLONE_NEWNS)
        mount("", "/", flags=MS_REC | MS_PRIVATE)
        mount(str(tmp_path), str(place), flags=MS_BIND)
        restrict_mount(str(place), ATTR_RDONLY)
        read = (place / "x").read_text()
        try:
            (place / "y").touch()
        except OSError as error:
            read += f" {error.strerror}"
        unmount(str(place), MNT_DETACH)
        return f"{read} {os.listdir(place)}"

    assert forked(try_it) == "x Read-only file system []"
    assert os.listdir(place) == []


def test_namespaces_are_left_and_entered_again():
    def go_and_return():
        here = os.open("/proc/self/ns/uts", os.O_RDONLY)
        before = os.readlink("/proc/self/ns/uts")
        unshare(CLONE_NEWUTS)
        away = os.readlink("/proc/self/ns/uts")
        setns(here, CLONE_NEWUTS)
        return before != away and os.readlink("/proc/self/ns/uts") == before

    assert forked(go_and_return) == "True"


def test_what_the_kernel_refuses_names_its_object():
    with pytest.raises(OSError, match="/nowhere"):
        mount("tmpfs", "/nowhere", "tmpfs")
