"""The agent's sockets in a namespace of a test's own."""

import socket

import pytest

from lateen.node.capture import AGENT_MARK
from lateen.node.proxy_facts import ProxyFacts
from lateen.runtime import netns
from lateen.runtime.pod_dns import agent_socket, dns_sockets, is_on, names_at
from lateen.runtime.rtnetlink import Links


@pytest.fixture
def path(mesh_name):
    made = netns.create(mesh_name)
    netns.call_in(made, lambda: _lo_up())
    yield made
    netns.remove(mesh_name)


def _lo_up():
    with Links() as links:
        links.up("lo")


def test_a_query_in_the_namespace_arrives_at_every_loopback_address_there_is(path):
    udp, tcp = dns_sockets(path)
    try:
        assert [each.getsockname()[:2] for each in udp] == [each.getsockname()[:2] for each in tcp]
        assert udp[0].getsockname() == ("127.0.0.1", 15053)
        for each in udp:
            asked = netns.call_in(path, lambda each=each: socket.socket(each.family, socket.SOCK_DGRAM))
            with asked:
                asked.sendto(b"?", each.getsockname()[:2])
                each.setblocking(True)
                each.settimeout(5)
                assert each.recv(9) == b"?"
    finally:
        for each in (*udp, *tcp):
            each.close()


def test_a_port_that_is_taken_leaves_nothing_behind(path):
    udp, tcp = dns_sockets(path)
    with pytest.raises(OSError, match="in use"):
        dns_sockets(path)
    for each in (*udp, *tcp):
        each.close()
    for again in dns_sockets(path):
        for each in again:
            each.close()


def test_the_agents_own_sockets_are_marked(path):
    with agent_socket(path, socket.SOCK_DGRAM) as made:
        assert made.getsockopt(socket.SOL_SOCKET, 36) == AGENT_MARK


def test_a_variable_is_on_unless_it_says_otherwise():
    assert is_on({}, "X") and is_on({"X": "true"}, "X")
    assert not is_on({"X": "False"}, "X")


def test_names_are_those_of_the_proxys_own_namespace(path):
    facts = ProxyFacts(pod="web-1", namespace="shop", ip="10.1.0.1", sds_socket="/s")
    found = names_at(path, facts, [("192.0.2.1", 53)])
    assert found.domain == "shop.svc.cluster.local"
    assert found.speaker.node_id == facts.node_id
