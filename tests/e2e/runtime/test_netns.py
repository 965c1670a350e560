"""Namespaces are made, entered and removed without a trace."""

import os
import socket

import pytest

from lateen.runtime import netns


@pytest.fixture
def path(mesh_name):
    yield netns.create(mesh_name)
    netns.remove(mesh_name)


def inode():
    return os.stat("/proc/thread-self/ns/net").st_ino


def test_a_call_is_inside_and_then_outside_again(path):
    before = inode()
    assert netns.call_in(path, inode) == path.stat().st_ino != before
    assert inode() == before


def test_an_error_inside_comes_out_and_so_does_the_caller(path):
    before = inode()
    with pytest.raises(ZeroDivisionError):
        netns.call_in(path, lambda: 1 // 0)
    assert inode() == before


def test_sockets_stay_where_they_were_made(path):
    netns.call_in(path, lambda: _lo_up())
    with netns.listen_in(path, "127.0.0.1", 0) as server:
        port = server.getsockname()[1]
        netns.connect_in(path, "127.0.0.1", port).close()
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", port), 1)


def test_a_name_is_given_once(path):
    with pytest.raises(FileExistsError):
        netns.create(path.name)


def test_what_is_not_there_can_be_removed(mesh_name):
    netns.remove(mesh_name)


def test_the_current_namespace_has_a_lasting_name(path):
    here = netns.current()
    assert netns.call_in(path, lambda: netns.call_in(here, inode)) == inode()


def test_a_sysctl_is_the_namespaces_own(path):
    key = "net.ipv4.ip_unprivileged_port_start"
    before = netns.sysctl_file(key).read_text()
    netns.write_sysctl(path, key, "7")
    assert netns.call_in(path, netns.sysctl_file(key).read_text).strip() == "7"
    assert netns.sysctl_file(key).read_text() == before


def _lo_up():
    from lateen.runtime.rtnetlink import Links

    with Links() as links:
        links.up("lo")
