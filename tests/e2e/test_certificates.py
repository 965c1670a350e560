"""The mesh's authority under load and under attack: rotation, revocation, certificates that nobody may use."""

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from mesh import Mesh, eventually

from lateen.base.clock import FakeClock, SystemClock
from lateen.base.spiffe import Identity
from lateen.identity.authority import CertificateAuthority
from lateen.identity.certificate import load_chain
from lateen.identity.keys import make_request, new_key
from lateen.server.pki_files import make_files, read_files

# GET over TLS with a certificate: prints the status line, or why there is none.
CLIENT = """
import socket, ssl, sys, tempfile
context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
with tempfile.NamedTemporaryFile("w") as file:
    file.write(sys.argv[1])
    file.flush()
    context.load_cert_chain(file.name)
try:
    raw = socket.create_connection(("server", 8080), 5)
    with context.wrap_socket(raw) as secured:
        secured.sendall(b"GET / HTTP/1.1\\r\\nHost: server\\r\\nConnection: close\\r\\n\\r\\n")
        print(secured.recv(100).decode().splitlines()[0])
except (OSError, IndexError) as error:
    print("refused", error)
"""
CLIENT_OF = Identity("cluster.local", "default", "client")


@pytest.fixture(scope="module")
def strict(mesh: Mesh) -> Mesh:
    """A server that takes mutual TLS only, a client of the mesh, and one outside it."""
    stats = {"proxy.istio.io/config": '{"proxyStatsMatcher": {"inclusionRegexps": [".*ssl.fail_verify.*"]}}'}
    mesh.deploy("server", account="server", annotations=stats)
    mesh.deploy("client", account="client")
    mesh.deploy("outsider", inject=False)
    mesh.apply({"apiVersion": "security.istio.io/v1", "kind": "PeerAuthentication", "metadata": {"name": "default"}, "spec": {"mtls": {"mode": "STRICT"}}})  # fmt: skip
    eventually(lambda: mesh.call("client", "http://server:8080/")[0] == 200, 10, "the way there")
    return mesh


def authority(mesh: Mesh, clock: Any = None) -> CertificateAuthority:
    """The mesh's own, opened as only root of this machine can."""
    files = read_files(mesh.state / "pki" / "mesh")
    assert files is not None
    return CertificateAuthority.of(files, clock or SystemClock())


def issue(signer: CertificateAuthority, identity: Identity = CLIENT_OF, ttl: float = 3600) -> str:
    key = new_key()
    return (signer.sign(make_request(key, identity.uri), identity, ttl) + key.reveal()).decode()


def present(mesh: Mesh, pair: str) -> str:
    return mesh.inside(mesh.pods("outsider")[0], "/usr/bin/python3", "-c", CLIENT, pair).stdout.strip()


def errors(mesh: Mesh, name: str) -> int:
    """A counter of the server's proxy for refused certificates."""
    pod = mesh.pod("server")
    path = f"/api/v1/namespaces/default/pods/{pod}:15000/proxy/stats?filter={name}"
    return sum(int(count) for count in re.findall(r": (\d+)$", mesh.kubectl("get", "--raw", path).stdout, re.M))


@contextmanager
def load(mesh: Mesh) -> Iterator[list[int]]:
    """Calls from the client all the while: their statuses."""
    statuses: list[int] = []
    stop = threading.Event()

    def call() -> None:
        while not stop.is_set():
            statuses.append(mesh.call("client", "http://server:8080/")[0])

    caller = threading.Thread(target=call)
    caller.start()
    try:
        yield statuses
        done = len(statuses)
        eventually(lambda: len(statuses) > done + 10, 20, "more calls")
    finally:
        stop.set()
        caller.join()


def test_a_new_root_comes_in_three_stages_without_a_failed_request(strict: Mesh) -> None:
    old = authority(strict)
    with load(strict) as statuses:
        told = strict.lateen("ca", "rotate").stdout.splitlines()
    assert [line.partition(":")[0] for line in told] == ["distribute", "issue", "retire"]
    assert set(statuses) == {200}, statuses
    new = authority(strict)
    assert set(old.trust.roots).isdisjoint(new.trust.roots)
    assert present(strict, issue(new)) == "HTTP/1.1 200 OK"
    assert present(strict, issue(old)).startswith("refused")


def test_a_revoked_certificate_is_believed_no_more_and_others_are(strict: Mesh) -> None:
    lost, other = issue(authority(strict)), issue(authority(strict))
    assert present(strict, lost) == present(strict, other) == "HTTP/1.1 200 OK"
    serial = load_chain(lost.encode())[0].serial_number
    with load(strict) as statuses:
        strict.lateen("ca", "revoke", f"{serial:x}")
    assert set(statuses) == {200}, statuses
    assert present(strict, lost).startswith("refused")
    assert present(strict, other) == "HTTP/1.1 200 OK"
    with load(strict) as statuses:
        strict.lateen("ca", "rotate")
    assert set(statuses) == {200}, statuses


def test_nobody_gets_in_with_a_certificate_of_others_or_of_former_days(strict: Mesh) -> None:
    before = errors(strict, "ssl.fail_verify")
    own = authority(strict)
    stranger = CertificateAuthority.of(make_files("cluster.local", SystemClock()), SystemClock())
    yesterday = authority(strict, FakeClock(SystemClock().now() - 60))
    tried = {
        "another authority": issue(stranger),
        "another trust domain": issue(own, Identity("other.domain", "default", "client")),
        "ended": issue(yesterday, ttl=30),
    }
    for name, pair in tried.items():
        assert present(strict, pair).startswith("refused"), name
    assert errors(strict, "ssl.fail_verify") >= before + 3
    assert present(strict, issue(own)) == "HTTP/1.1 200 OK"


def test_keys_are_in_no_log_and_readable_by_their_owner_alone(strict: Mesh) -> None:
    files = [
        path for path in (strict.state / "pki").rglob("*") if path.is_file() and b"PRIVATE KEY" in path.read_bytes()
    ]
    assert files
    assert {path.stat().st_mode & 0o077 for path in files} == {0}
    for log in (strict.state / "logs").rglob("*"):
        assert not log.is_file() or b"PRIVATE KEY" not in log.read_bytes(), log
    assert "PRIVATE KEY" not in strict.lateen("ca", "show").stdout


def test_it_is_written_down_who_got_which_certificate(strict: Mesh) -> None:
    log = (strict.state / "logs" / "istiod.log").read_text()
    pod = strict.pod("client")
    assert re.search(rf"certified a key of {CLIENT_OF.uri} for pod {pod} on node \S+: serial [0-9a-f]+, until 20", log)
