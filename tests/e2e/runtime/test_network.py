"""Pods, hosts outside and service addresses reach each other as they should, and nothing is left behind."""

import itertools
import socket
import threading
from pathlib import Path

import pytest

from lateen.base.errors import LateenError
from lateen.runtime import netns
from lateen.runtime.leftovers import Journal, clean, entries
from lateen.runtime.network import EXTERNAL_GATEWAY, POD_GATEWAY, Network
from lateen.runtime.nft import list_rules
from lateen.runtime.services import Backends, Endpoint, Front, ServiceRules
from lateen.runtime.uplink import interfaces

WEB = Front("10.96.0.20", "tcp", 80)


@pytest.fixture
def serve():
    """Answer connections in a namespace with a name and the peer's address."""
    servers = []

    def start(path, name, port=80):
        server = netns.listen_in(path, "0.0.0.0", port)
        server.setblocking(True)
        servers.append(server)
        taken = server.getsockname()[1]

        def run():
            while True:
                try:
                    made, peer = server.accept()
                except OSError:
                    return
                made.sendall(f"{name} {peer[0]}".encode())
                made.close()

        threading.Thread(target=run, daemon=True).start()
        return taken

    yield start
    for server in servers:
        server.shutdown(socket.SHUT_RDWR)
        server.close()


def test_pods_see_each_other_by_their_own_addresses(network, serve, call):
    a, b = network.add_pod("a"), network.add_pod("b")
    serve(b.path, "b")
    assert call(a.path, b.ip, 80) == f"b {a.ip}"
    assert call(network.path, b.ip, 80) == f"b {POD_GATEWAY}"


def test_a_host_outside_sees_the_node(network, serve, call):
    pod, host = network.add_pod("a"), network.add_host("db", "203.0.113.20")
    serve(host.path, "db", 3306)
    assert call(pod.path, host.ip, 3306) == f"db {EXTERNAL_GATEWAY}"


@pytest.mark.parametrize("ip", ["203.0.114.1", "203.0.113.20"])
def test_a_host_outside_has_an_address_of_its_own(network, ip):
    network.add_host("db", "203.0.113.20")
    with pytest.raises(LateenError, match="cannot be the address"):
        network.add_host("other", ip)


def test_every_pod_has_an_address_and_a_user_of_its_own(network):
    pods = [network.add_pod(f"p{number}") for number in range(5)]
    assert len({pod.ip for pod in pods}) == len({pod.uid for pod in pods}) == 5
    network.remove_pod("p0")
    assert network.add_pod("p5").ip not in {pod.ip for pod in pods}


def test_a_pod_that_is_gone_is_unreachable_at_once(network, call):
    a, b = network.add_pod("a"), network.add_pod("b")
    network.remove_pod("b")
    assert not b.path.exists()
    with pytest.raises(OSError, match="No route"):
        call(a.path, b.ip, 80)


def test_a_service_address_reaches_every_endpoint(network, serve, call):
    pods = [network.add_pod(name) for name in ("a", "b")]
    for pod in pods:
        serve(pod.path, pod.name)
    table = {WEB: Backends(tuple(Endpoint(pod.ip, 80) for pod in pods))}
    rules = ServiceRules(network.path)
    assert rules.set(table) and not rules.set(table)
    seen = {call(pods[0].path, WEB.ip, 80) for _ in range(40)}
    # a reaches itself as the node, b as itself.
    assert seen == {f"a {POD_GATEWAY}", f"b {pods[0].ip}"}
    assert {call(network.path, WEB.ip, 80).split()[0] for _ in range(40)} == {"a", "b"}


def test_a_sticky_client_keeps_its_endpoint(network, serve, call):
    pods = [network.add_pod(name) for name in ("a", "b", "c")]
    for pod in pods:
        serve(pod.path, pod.name)
    ServiceRules(network.path).set({WEB: Backends(tuple(Endpoint(pod.ip, 80) for pod in pods[1:]), True)})
    assert len({call(pods[0].path, WEB.ip, 80) for _ in range(10)}) == 1


@pytest.mark.parametrize("where", ["pod", "node"])
@pytest.mark.parametrize(
    ("ip", "port"), [("10.96.0.20", 80), ("10.96.0.20", 81), ("10.96.99.99", 80), ("10.96.0.10", 80)]
)
def test_a_service_address_without_endpoints_is_refused_at_once(network, call, where, ip, port):
    path = network.add_pod("a").path if where == "pod" else network.path
    ServiceRules(network.path).set({WEB: Backends(())})
    with pytest.raises(ConnectionRefusedError):
        call(path, ip, port)


def test_endpoints_come_and_go(network, serve, call):
    a, b = network.add_pod("a"), network.add_pod("b")
    serve(a.path, "a")
    serve(b.path, "b")
    rules = ServiceRules(network.path)
    for pod in (a, b, a):
        rules.set({WEB: Backends((Endpoint(pod.ip, 80),))})
        assert call(network.path, WEB.ip, 80).startswith(pod.name)
    rules.set({})
    with pytest.raises(ConnectionRefusedError):
        call(network.path, WEB.ip, 80)


def test_rules_that_are_refused_leave_the_old_ones(network, serve, call):
    pod = network.add_pod("a")
    serve(pod.path, "a")
    rules = ServiceRules(network.path)
    rules.set({WEB: Backends((Endpoint(pod.ip, 80),))})
    with pytest.raises(LateenError):
        rules.set({WEB: Backends((Endpoint("not an address", 80),))})
    assert call(network.path, WEB.ip, 80).startswith("a")


def test_two_meshes_have_the_same_addresses_and_do_not_meet(network, serve, call, mesh_name, tmp_path):
    other = Network(mesh_name + "b", Journal(tmp_path / "other"))
    other.up(uplink=False)
    try:
        mine, theirs = network.add_pod("a"), other.add_pod("a")
        assert mine.ip == theirs.ip
        serve(mine.path, "mine")
        serve(theirs.path, "theirs")
        assert call(network.path, mine.ip, 80).startswith("mine")
        assert call(other.path, theirs.ip, 80).startswith("theirs")
    finally:
        other.down()


def test_a_mesh_is_up_once(network):
    with pytest.raises(LateenError, match="already"):
        Network(network.mesh, Journal(network.path)).up()


def test_the_uplink_leads_out_and_leaves_nothing(mesh_name, journal_path, serve, call):
    network = Network(mesh_name, Journal(journal_path))
    network.up()
    assert f"lat-{mesh_name}" in interfaces()
    try:
        pod = network.add_pod("a")
        port = serve(network.host, "machine", 0)
        own = next(address for address in _addresses() if not address.startswith(("127.", "198.18.")))
        assert call(pod.path, own, port).startswith("machine 198.18.")
    finally:
        network.down()
    assert f"lat-{mesh_name}" not in interfaces()
    assert f"table ip lateen-{mesh_name} " not in list_rules(network.host)
    assert entries(journal_path) == []


def test_one_mesh_keeps_its_way_out_when_another_goes(mesh_name, tmp_path, serve, call):
    meshes = [Network(mesh_name + suffix, Journal(tmp_path / suffix)) for suffix in "ab"]
    try:
        for mesh in meshes:
            mesh.up()
        pod = meshes[1].add_pod("a")
        port = serve(meshes[0].host, "machine", 0)
        own = next(address for address in _addresses() if not address.startswith(("127.", "198.18.")))
        meshes[0].down()
        assert call(pod.path, own, port).startswith("machine 198.18.")
    finally:
        for mesh in meshes:
            mesh.down()


def test_what_a_dead_supervisor_made_is_cleaned(mesh_name, journal_path):
    network = Network(mesh_name, Journal(journal_path))
    network.up()
    pod = network.add_pod("a")
    # Nobody calls down: clean reads the journal, as after a crash.
    done = clean(journal_path)
    assert f"netns lateen-{mesh_name}" in done and f"uplink {mesh_name}" in done
    assert f"lat-{mesh_name}" not in interfaces()
    assert not pod.path.exists() and not network.path.exists()


def _addresses():
    rows = [line.strip() for line in Path("/proc/net/fib_trie").read_text().splitlines()]
    return [row.split()[1] for row, below in itertools.pairwise(rows) if "host LOCAL" in below]
