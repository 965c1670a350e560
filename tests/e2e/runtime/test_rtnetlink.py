"""Links, addresses and routes are what they were asked to be."""

import os
import socket

import pytest

from lateen.runtime import netns
from lateen.runtime.rtnetlink import Links


@pytest.fixture
def pair(mesh_name):
    """Two namespaces joined by a pair of interfaces, a and b."""
    one, other = netns.create(mesh_name + "-1"), netns.create(mesh_name + "-2")
    fd = os.open(other, os.O_RDONLY)

    def join():
        with Links() as links:
            links.add_veth("a", "b", fd)
            links.address("a", "192.0.2.1/32")
            links.up("a")
            links.route("192.0.2.2/32", "a", source="192.0.2.1")

    def answer():
        with Links() as links:
            links.address("b", "192.0.2.2/24")
            links.up("b")

    netns.call_in(one, join)
    netns.call_in(other, answer)
    os.close(fd)
    yield one, other
    for path in (one, other):
        netns.remove(path.name)


def test_a_pair_carries_connections(pair):
    one, other = pair
    with netns.listen_in(other, "192.0.2.2", 80) as server, netns.connect_in(one, "192.0.2.2", 80):
        server.setblocking(True)
        made, peer = server.accept()
        made.close()
        assert peer[0] == "192.0.2.1"


def test_what_has_no_route_is_unreachable_at_once(pair):
    one, _ = pair

    def forbid():
        with Links() as links:
            links.route("0.0.0.0/0", "a", via="192.0.2.2")
            links.no_route("198.51.100.0/24")

    netns.call_in(one, forbid)
    with pytest.raises(OSError, match="No route"):
        netns.connect_in(one, "198.51.100.1", 80, 1)


def test_one_end_takes_the_other_along(pair):
    one, other = pair

    def delete():
        with Links() as links:
            links.delete("a")

    netns.call_in(one, delete)
    assert [name for _, name in netns.call_in(other, socket.if_nameindex)] == ["lo"]


def test_what_the_kernel_refuses_is_raised():
    with Links() as links, pytest.raises(OSError, match="No such device"):
        links.delete("lateen-none")
