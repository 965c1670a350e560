"""Capture rules: what the text says, and what the kernel does with real connections."""

import itertools
import os
import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterator

import pytest

from lateen.base.errors import Invalid
from lateen.node.capture import AGENT_MARK, Capture, read_capture, ruleset

ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="needs root")
EVERYTHING = Capture(
    include_outbound_ranges=("10.0.0.0/8", "fd00::/8", "10.1.0.0/16"),
    exclude_outbound_ranges=("10.96.0.1/32", "192.0.2.7"),
    include_outbound_ports=("9443",),
    exclude_outbound_ports=("3306", "3306"),
    include_inbound_ports=("9080", "9081"),
    exclude_inbound_ports=("22",),
    exclude_interfaces=("eth1", "wg0"),
)
_numbers = itertools.count()


def run(*command: str, text: str = "") -> str:
    done = subprocess.run(command, input=text, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@ROOT
@pytest.mark.parametrize("capture", [Capture(), EVERYTHING, Capture(include_outbound_ranges=())])
def test_kernel_takes_the_rules_twice(capture: Capture) -> None:
    rules = ruleset(capture)
    script = 'nft -f - <<< "$RULES" && nft -f - <<< "$RULES" && nft list tables'
    assert "lateen_capture" in run("unshare", "-n", "env", f"RULES={rules}", "bash", "-c", script)


def test_annotations_are_read_as_istio_names_them() -> None:
    prefix = "traffic.sidecar.istio.io/"
    annotations = {
        prefix + "includeOutboundIPRanges": "10.0.0.0/8, fd00::/8",
        prefix + "excludeOutboundPorts": "3306",
        prefix + "includeInboundPorts": "",
        "other": "x",
    }
    assert read_capture(annotations) == Capture(
        include_outbound_ranges=("10.0.0.0/8", "fd00::/8"),
        exclude_outbound_ports=("3306",),
        include_inbound_ports=(),
    )


def test_every_wrong_annotation_is_named() -> None:
    wrong = {
        "excludeInboundPorts": "70000",
        "excludeOutboundPorts": "http",
        "includeOutboundIPRanges": "10.0.0.0/40",
        "excludeInterfaces": 'eth0" accept',
    }
    with pytest.raises(Invalid) as caught:
        read_capture({f"traffic.sidecar.istio.io/{name}": value for name, value in wrong.items()}, "Pod a/b")
    assert all(name in str(caught.value) for name in wrong) and "Pod a/b" in str(caught.value)


def test_settings_cannot_smuggle_rules() -> None:
    with pytest.raises(Invalid):
        ruleset(Capture(exclude_inbound_ports=("80 } accept; tcp dport { 1",)))


def test_nothing_included_captures_nothing() -> None:
    text = ruleset(Capture(include_outbound_ranges=(), include_inbound_ports=()))
    assert ":15001" not in text


SERVER = textwrap.dedent("""
    import selectors, socket, sys
    ready = selectors.DefaultSelector()
    for port in map(int, sys.argv[1:]):
        listener = socket.create_server(("0.0.0.0", port))
        ready.register(listener, selectors.EVENT_READ, port)
        datagrams = socket.socket(type=socket.SOCK_DGRAM)
        datagrams.bind(("127.0.0.1" if port == 15053 else "0.0.0.0", port))  # as the agent does
        ready.register(datagrams, selectors.EVENT_READ, port)
    print("up", flush=True)
    while True:
        for key, _ in ready.select():
            if key.fileobj.type == socket.SOCK_DGRAM:
                key.fileobj.sendto(str(key.data).encode(), key.fileobj.recvfrom(9)[1])
                continue
            connection, _ = key.fileobj.accept()
            connection.sendall(str(key.data).encode())
            connection.close()
""")
CLIENT = textwrap.dedent("""
    import encodings.idna, os, socket, sys
    uid, source, host, port = sys.argv[1:]
    os.setuid(int(uid))
    with socket.create_connection((host, int(port)), 5, (source, 0) if source else None) as connection:
        print(connection.recv(10).decode())
""")

ASKER = textwrap.dedent("""
    import os, socket, sys
    uid, mark, host, port = sys.argv[1:]
    os.setuid(int(uid))
    asked = socket.socket(type=socket.SOCK_DGRAM)
    if mark != "0":
        asked.setsockopt(socket.SOL_SOCKET, 36, int(mark))
    asked.settimeout(5)
    asked.connect((host, int(port)))
    asked.send(b"?")
    print(asked.recv(10).decode())
""")


class Wire:
    """A pod 198.18.0.2 (ports 9080, 9090 and the sidecar's) and a peer 198.18.0.1 on one cable."""

    def __init__(self) -> None:
        name = f"cap{os.getpid() % 100000}-{next(_numbers)}"
        self.pod, self.peer = f"{name}p", f"{name}q"
        for namespace in (self.pod, self.peer):
            run("ip", "netns", "add", namespace)
            run("ip", "-n", namespace, "link", "set", "lo", "up")
        run("ip", "link", "add", "eth0", "netns", self.pod, "type", "veth", "peer", "eth0", "netns", self.peer)
        for namespace, address in ((self.pod, "198.18.0.2/30"), (self.peer, "198.18.0.1/30")):
            run("ip", "-n", namespace, "addr", "add", address, "dev", "eth0")
            run("ip", "-n", namespace, "link", "set", "eth0", "up")
        self.servers = [
            self.serve(self.pod, 15001, 15006, 15021, 15053, 9080, 9090),
            self.serve(self.peer, 53, 80, 3306),
        ]

    def serve(self, namespace: str, *ports: int) -> subprocess.Popen[str]:
        command = ["ip", "netns", "exec", namespace, sys.executable, "-c", SERVER, *map(str, ports)]
        server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert server.stdout is not None and server.stdout.readline() == "up\n"
        return server

    def apply(self, capture: Capture) -> None:
        run("ip", "netns", "exec", self.pod, "nft", "-f", "-", text=ruleset(capture))

    def reach(self, namespace: str, uid: int, to: str, source: str = "") -> int:
        """Return the port at which a connection really arrived."""
        host, port = to.split(":")
        command = [sys.executable, "-c", CLIENT, str(uid), source, host, port]
        return int(run("ip", "netns", "exec", namespace, *command))

    def ask(self, uid: int, to: str, mark: int = 0) -> int:
        """Return the port at which a datagram of the pod really arrived."""
        host, port = to.split(":")
        command = [sys.executable, "-c", ASKER, str(uid), str(mark), host, port]
        return int(run("ip", "netns", "exec", self.pod, *command))

    def close(self) -> None:
        for server in self.servers:
            server.kill()
            server.communicate()
        for namespace in (self.pod, self.peer):
            run("ip", "netns", "del", namespace)


@pytest.fixture
def wire() -> Iterator[Wire]:
    wire = Wire()
    yield wire
    wire.close()


APP, PROXY = 10001, 1337


@ROOT
def test_connections_arrive_where_a_sidecar_expects_them(wire: Wire) -> None:
    wire.apply(Capture())
    reach: Callable[..., int] = wire.reach
    assert reach(wire.pod, APP, "198.18.0.1:80") == 15001
    assert reach(wire.pod, PROXY, "198.18.0.1:80") == 80
    assert reach(wire.peer, 0, "198.18.0.2:9080") == 15006
    assert reach(wire.peer, 0, "198.18.0.2:15021") == 15021
    # The pod's own address and loopback are its own business ...
    assert reach(wire.pod, APP, "198.18.0.2:9080") == 9080
    assert reach(wire.pod, APP, "127.0.0.1:9080") == 9080
    assert reach(wire.pod, PROXY, "127.0.0.1:9080") == 9080
    # ... but what the sidecar sends there is a call of the pod's own service, and comes in from outside ...
    assert reach(wire.pod, PROXY, "198.18.0.2:9080") == 15006
    # ... until the sidecar hands it on.
    assert reach(wire.pod, PROXY, "198.18.0.2:9080", "127.0.0.6") == 9080


@ROOT
def test_exclusions_pass_by_the_sidecar(wire: Wire) -> None:
    wire.apply(Capture(exclude_outbound_ports=("3306",), exclude_inbound_ports=("9090",)))
    assert wire.reach(wire.pod, APP, "198.18.0.1:3306") == 3306
    assert wire.reach(wire.pod, APP, "198.18.0.1:80") == 15001
    assert wire.reach(wire.peer, 0, "198.18.0.2:9090") == 9090
    wire.apply(Capture(exclude_outbound_ranges=("198.18.0.0/30",), include_outbound_ports=("3306",)))
    assert wire.reach(wire.pod, APP, "198.18.0.1:80") == 80
    wire.apply(Capture(include_outbound_ranges=("203.0.113.0/24",), include_outbound_ports=("3306",)))
    assert wire.reach(wire.pod, APP, "198.18.0.1:80") == 80
    assert wire.reach(wire.pod, APP, "198.18.0.1:3306") == 15001
    wire.apply(Capture(include_inbound_ports=("9080",)))
    assert wire.reach(wire.peer, 0, "198.18.0.2:9080") == 15006
    assert wire.reach(wire.peer, 0, "198.18.0.2:9090") == 9090
    wire.apply(Capture(exclude_interfaces=("eth0",)))
    assert wire.reach(wire.pod, APP, "198.18.0.1:80") == 80
    assert wire.reach(wire.peer, 0, "198.18.0.2:9080") == 9080


RESOLVER = "198.18.0.1:53"


@ROOT
def test_queries_of_the_pods_resolvers_arrive_at_the_agent_but_for_the_proxys_and_the_agents_own(wire: Wire) -> None:
    wire.apply(Capture(dns_servers=("198.18.0.1",)))
    assert wire.ask(APP, RESOLVER) == 15053
    assert wire.reach(wire.pod, APP, RESOLVER) == 15053
    assert wire.ask(PROXY, RESOLVER) == 53
    assert wire.reach(wire.pod, PROXY, RESOLVER) == 53
    assert wire.ask(0, RESOLVER, AGENT_MARK) == 53
    assert wire.ask(APP, "198.18.0.1:80") == 80, "other datagrams go where they were sent"
    assert wire.reach(wire.pod, APP, "198.18.0.1:80") == 15001


@ROOT
def test_other_resolvers_are_asked_directly_and_so_are_all_where_the_port_is_excluded(wire: Wire) -> None:
    wire.apply(Capture(dns_servers=("198.18.0.9",)))
    assert wire.ask(APP, RESOLVER) == 53
    wire.apply(Capture(dns_servers=("*",)))
    assert wire.ask(APP, RESOLVER) == 15053
    for capture in (
        Capture(),
        Capture(dns_servers=("*",), exclude_outbound_ports=("53",)),
        Capture(dns_servers=("*",), exclude_interfaces=("eth0",)),
    ):
        wire.apply(capture)
        assert wire.ask(APP, RESOLVER) == 53
