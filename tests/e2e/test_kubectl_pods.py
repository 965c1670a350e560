"""What kubectl does inside pods: commands in their containers, connections to their ports."""

import contextlib
import fcntl
import hashlib
import json
import os
import pty
import signal
import socket
import struct
import subprocess
import termios
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from kubectl import KUBECTL
from mesh import ROOT, Mesh, eventually

pytestmark = pytest.mark.skipif(KUBECTL is None, reason="kubectl is not installed: pods are not entered with it")


@pytest.fixture(scope="module")
def shop(mesh: Mesh) -> Mesh:
    """A mesh with the pod of `web`, in it and its proxy."""
    mesh.deploy("web", ports="8080=http 9090=tcp")
    return mesh


def start(mesh: Mesh, *words: str, **options: object) -> "subprocess.Popen[bytes]":
    """Start kubectl, its streams as pipes."""
    env = {**mesh.env, "KUBECONFIG": str(mesh.state / "kubeconfig")}
    streams = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE} | options
    return subprocess.Popen([str(KUBECTL), *words], env=env, cwd=ROOT, **streams)  # type: ignore[call-overload,no-any-return]


def said(mesh: Mesh, *words: str, stdin: bytes = b"") -> tuple[int, bytes, str]:
    """Run kubectl to its end: exit code, stdout, stderr."""
    process = start(mesh, *words)
    out, err = process.communicate(stdin, timeout=60)
    return process.returncode, out, err.decode()


class Typed:
    """kubectl at a terminal of 100 columns and 40 rows."""

    def __init__(self, mesh: Mesh, *words: str) -> None:
        self.master, slave = pty.openpty()
        os.set_blocking(self.master, False)
        self.resize(100, 40)
        self.seen = ""
        self.process = start(mesh, *words, stdin=slave, stdout=slave, stderr=slave, start_new_session=True)
        os.close(slave)

    def resize(self, width: int, height: int) -> None:
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", height, width, 0, 0))

    def type(self, text: str) -> None:
        os.write(self.master, text.encode())

    def until(self, text: str) -> str:
        """Wait until `text` stands on the screen; returns everything since the last time."""

        def shown() -> bool:
            with contextlib.suppress(BlockingIOError, OSError):
                self.seen += os.read(self.master, 65536).decode(errors="replace")
            return text in self.seen

        try:
            eventually(shown, 15, f"{text!r} on the screen")
        except AssertionError as error:
            raise AssertionError(self.seen) from error
        seen, self.seen = self.seen, ""
        return seen

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        os.close(self.master)


@pytest.fixture
def typed(shop: Mesh) -> Iterator[Typed]:
    """A shell in the application's container."""
    made = Typed(shop, "exec", "-it", shop.pod("web"), "-c", "echo", "--", "sh")
    yield made
    made.close()


def test_the_proxys_own_pages_are_read_from_its_container(shop: Mesh) -> None:
    dump = shop.kubectl(
        "exec", f"pod/{shop.pod('web')}", "-c", "istio-proxy", "--", "curl", "-sS", "localhost:15000/config_dump"
    )
    assert "envoy.admin.v3.BootstrapConfigDump" in dump.stdout
    stats = shop.kubectl("exec", f"pod/{shop.pod('web')}", "-c", "istio-proxy", "--", "curl", "localhost:15000/stats")
    assert "upstream" in stats.stdout


def test_the_proxys_own_pages_are_read_at_a_terminal(shop: Mesh) -> None:
    typed = Typed(
        shop, "exec", "-it", f"pod/{shop.pod('web')}", "-c", "istio-proxy", "--", "curl", "-sS", "localhost:15000/ready"
    )
    try:
        typed.until("LIVE")
    finally:
        typed.close()


def test_a_command_runs_in_the_named_container_of_a_deployment_with_its_environment(shop: Mesh) -> None:
    lines = shop.kubectl("exec", "deploy/web", "-c", "echo", "--", "env").stdout.splitlines()
    assert "NAME=web" in lines and f"HOSTNAME={shop.pod('web')}" in lines
    assert "NAME=web" in shop.kubectl("exec", "deploy/web", "--", "env").stdout.splitlines()


def test_a_command_has_no_more_rights_than_its_container(shop: Mesh) -> None:
    status = shop.kubectl("exec", "deploy/web", "--", "cat", "/proc/self/status").stdout
    facts = dict(line.split(":\t", 1) for line in status.splitlines() if ":\t" in line)
    assert "0" not in facts["Uid"].split() and facts["NoNewPrivs"] == "1"
    assert {facts[name] for name in facts if name.startswith("Cap")} == {"0" * 16}
    proxy = shop.kubectl("exec", "deploy/web", "-c", "istio-proxy", "--", "id", "-u").stdout
    assert proxy.strip() == "1337"


def test_exit_codes_and_both_outputs_come_back(shop: Mesh) -> None:
    code, out, err = said(shop, "exec", "deploy/web", "--", "sh", "-c", "echo out; echo err >&2; exit 7")
    assert (code, out) == (7, b"out\n") and err.startswith("err\n")
    code, _, err = said(shop, "exec", "deploy/web", "--", "sh", "-c", "kill -9 $$")
    assert code == 137
    code, _, err = said(shop, "exec", "deploy/web", "--", "no-such-command")
    assert code == 1 and "no-such-command: no such file" in err


def test_what_is_piped_in_comes_out_whole(shop: Mesh) -> None:
    data = os.urandom(5_000_000)
    code, out, err = said(shop, "exec", "-i", "deploy/web", "--", "cat", stdin=data)
    assert code == 0, err
    assert hashlib.sha256(out).digest() == hashlib.sha256(data).digest()


def test_a_pod_or_a_container_that_is_not_there_is_told(shop: Mesh) -> None:
    assert "not found" in said(shop, "exec", "none", "--", "true")[2]
    code, _, err = said(shop, "exec", "deploy/web", "-c", "none", "--", "true")
    assert code == 1 and "container none is not valid for pod web-" in err


def test_an_older_kubectl_is_told_what_it_needs(shop: Mesh) -> None:
    process = subprocess.run(
        [str(KUBECTL), "exec", "deploy/web", "--", "true"], capture_output=True, text=True, timeout=60,
        env={**shop.env, "KUBECONFIG": str(shop.state / "kubeconfig"), "KUBECTL_REMOTE_COMMAND_WEBSOCKETS": "false"},
    )  # fmt: skip
    assert process.returncode == 1 and "use kubectl 1.31 or newer" in process.stderr


def test_a_terminal_follows_the_window_and_ctrl_c_stops_what_runs(typed: Typed) -> None:
    typed.type("stty size\r")
    typed.until("40 100")
    typed.resize(120, 50)
    os.kill(typed.process.pid, signal.SIGWINCH)  # the session of a test has no terminal that sends it
    typed.type("until [ \"$(stty size)\" = '50 120' ]; do :; done; echo re''sized\r")
    typed.until("resized")
    typed.type("sleep 98765\r")
    eventually(lambda: _sleeping("98765"), 10, "the command")
    typed.type("\x03")
    typed.type("echo wo''ken $?\r")
    typed.until("woken 130")
    typed.type("exit 5\r")
    assert typed.process.wait(15) == 5


def test_who_leaves_takes_the_command_along(shop: Mesh) -> None:
    process = start(shop, "exec", "-i", "deploy/web", "--", "sleep", "98765")
    eventually(lambda: _sleeping("98765"), 10, "the command")
    process.kill()
    process.communicate()
    eventually(lambda: not _sleeping("98765"), 10, "its end")


def test_who_leaves_is_noticed_also_when_the_command_takes_no_more_input(shop: Mesh) -> None:
    with open("/dev/zero", "rb") as zeros:
        flooding = start(shop, "exec", "-i", "deploy/web", "--", "sleep", "98767", stdin=zeros)
        eventually(lambda: _sleeping("98767"), 10, "the command")
        flooding.kill()
        flooding.communicate()
    eventually(lambda: not _sleeping("98767"), 45, "its end")


def _sleeping(word: str) -> bool:
    for process in Path("/proc").iterdir():
        with contextlib.suppress(OSError):
            if process.name.isdecimal() and (process / "cmdline").read_bytes() == f"sleep\0{word}\0".encode():
                return True
    return False


@contextlib.contextmanager
def forwarded(mesh: Mesh, *words: str) -> Iterator[int]:
    """Forward a port as kubectl does; yields where it listens on this machine."""
    process = start(mesh, "port-forward", *words)
    assert process.stdout is not None and process.stderr is not None
    try:
        line = process.stdout.readline().decode()
        assert line.startswith("Forwarding from 127.0.0.1:"), process.stderr.read().decode()
        yield int(line.split("127.0.0.1:")[1].split(" ")[0])
    finally:
        process.kill()
        process.communicate()


@pytest.mark.parametrize("target", ["pod", "svc/web", "deploy/web"])
def test_row_112_a_port_is_forwarded(shop: Mesh, target: str) -> None:
    named = f"pod/{shop.pod('web')}" if target == "pod" else target
    with forwarded(shop, named, ":8080") as port:
        for _ in range(3):
            assert json.load(urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=10))["name"] == "web"


def test_many_connections_and_large_answers_pass_at_once(shop: Mesh) -> None:
    with forwarded(shop, f"pod/{shop.pod('web')}", ":15000") as port:
        url = f"http://127.0.0.1:{port}/config_dump"

        def fetch(_: int) -> int:
            return len(urllib.request.urlopen(url, timeout=30).read())

        with ThreadPoolExecutor(8) as pool:
            sizes = list(pool.map(fetch, range(40)))
    assert min(sizes) > 10_000


def test_a_port_that_nobody_listens_on_is_told(shop: Mesh) -> None:
    process = start(shop, "port-forward", f"pod/{shop.pod('web')}", ":9")
    assert process.stdout is not None
    try:
        port = int(process.stdout.readline().decode().split("127.0.0.1:")[1].split(" ")[0])
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=10) as made:
            made.sendall(b"x")
            made.recv(1)
        process.terminate()
        assert b"127.0.0.1:9 in the pod" in process.communicate(timeout=10)[1]
    finally:
        process.kill()


def test_row_111_the_proxys_access_log_is_read(shop: Mesh) -> None:
    status, _ = shop.call("web", "http://web:8080/logged")
    assert status == 200

    def logged() -> bool:
        words = ("logs", "-n", "default", "deploy/web", "-c", "istio-proxy", "--tail=50")
        return '"GET /logged HTTP/1.1" 200' in shop.kubectl(*words).stdout

    eventually(logged, 15, "the request in the proxy's log")


def test_events_tell_what_happened_to_a_pod_and_its_deployment(shop: Mesh) -> None:
    def reasons(kind: str, name: str) -> set[str]:
        shown = shop.kubectl("events", "--for", f"{kind}/{name}", "-o", "json").stdout
        return {item["reason"] for item in json.loads(shown)["items"]}

    eventually(lambda: {"Scheduled", "Started"} <= reasons("pod", shop.pod("web")), 10, "events of the pod")
    assert "ScalingReplicaSet" in reasons("deployment", "web")
    described = shop.kubectl("describe", "pod", shop.pod("web")).stdout
    assert "Events:" in described and "Started container echo" in described


def test_a_container_is_attached_to_for_its_output(shop: Mesh) -> None:
    process = start(shop, "attach", shop.pod("web"), "-c", "echo")
    assert process.stdout is not None
    os.set_blocking(process.stdout.fileno(), False)
    seen = bytearray()

    def shown() -> bool:
        shop.call("web", "http://127.0.0.1:8080/attached")
        seen.extend(process.stdout.read() or b"")
        return b"GET /attached" in seen

    try:
        eventually(shown, 15, "the output")
    finally:
        process.kill()
        process.communicate()
    refused = said(shop, "attach", "-i", shop.pod("web"), "-c", "echo")
    assert refused[0] == 1 and "attach without -i, or use exec" in refused[2]


def test_logs_are_read_in_every_way(shop: Mesh) -> None:
    shop.call("web", "http://127.0.0.1:8080/every")
    name = shop.pod("web")
    eventually(lambda: "/every" in shop.kubectl("logs", name, "-c", "echo").stdout, 10, "the line")
    stamped = shop.kubectl("logs", name, "-c", "echo", "--timestamps", "--tail=1").stdout
    assert stamped[:4].isdecimal() and stamped.split(" ")[0].endswith("Z")
    assert len(shop.kubectl("logs", name, "-c", "echo", "--limit-bytes=10").stdout) == 10
    assert "/every" in shop.kubectl("logs", name, "-c", "echo", "--since=5m").stdout
    assert shop.kubectl("logs", name, "-c", "echo", "--since-time=2100-01-01T00:00:00Z").stdout == ""
    every = shop.kubectl("logs", "-l", "app=web", "--all-containers", "--prefix").stdout
    assert f"[pod/{name}/echo]" in every
    previous = shop.kubectl("logs", name, "-c", "echo", "-p", check=False)
    assert previous.returncode == 1 and "previous" in previous.stderr
