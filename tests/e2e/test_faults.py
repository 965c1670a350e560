"""Killed parts come back, wrong input changes nothing, a second start says so."""

import asyncio
import json
import os
import signal
import subprocess
import threading
from pathlib import Path

import pytest
from mesh import Mesh, eventually

from lateen.app.settings import Settings
from lateen.cli.down import bring_down
from lateen.runtime.ownership import owner_of


@pytest.fixture(scope="module")
def pair(mesh: Mesh) -> Mesh:
    mesh.deploy("server")
    mesh.deploy("client")
    return mesh


def status(mesh: Mesh) -> int:
    return mesh.call("client", "http://server:8080/")[0]


def part(mesh: Mesh, name: str) -> int:
    """The pid of the control plane or the API server, as `lateen status -o json` tells it."""
    return int(json.loads(mesh.lateen("status", "-o", "json").stdout)["processes"][name])


class Load:
    """Calls without a pause from the client's pod, until left."""

    def __init__(self, mesh: Mesh) -> None:
        self.mesh = mesh
        self.statuses: list[int] = []
        self._stop = threading.Event()

    def __enter__(self) -> "Load":
        self._thread = threading.Thread(target=self._run)
        self._thread.start()
        return self

    def _run(self) -> None:
        while not self._stop.is_set():
            self.statuses.append(status(self.mesh))

    def more(self, count: int = 10) -> None:
        target = len(self.statuses) + count
        eventually(lambda: len(self.statuses) >= target, 30, "load")

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()


def test_traffic_flows_while_the_control_plane_is_killed_and_it_comes_back(pair: Mesh) -> None:
    eventually(lambda: status(pair) == 200, 10)
    pid = part(pair, "istiod")
    connected = len(json.loads(pair.lateen("proxy-status", "-o", "json").stdout))
    with Load(pair) as load:
        load.more()
        os.kill(pid, signal.SIGKILL)
        load.more()
        eventually(lambda: part(pair, "istiod") not in (0, pid), 20, "a new control plane")
        eventually(
            lambda: len(json.loads(pair.lateen("proxy-status", "-o", "json", check=False).stdout or "[]")) == connected,
            30,
            "all proxies connected again",
        )
        load.more()
    assert set(load.statuses) == {200}
    # It has its state and serves changes.
    pair.deploy("late")
    assert pair.call("client", "http://late:8080/")[0] == 200


def test_objects_survive_the_api_servers_death(pair: Mesh) -> None:
    pid = part(pair, "apiserver")
    os.kill(pid, signal.SIGKILL)
    eventually(lambda: part(pair, "apiserver") not in (0, pid), 20, "a new API server")
    eventually(lambda: pair.lateen("get", "service", "server", check=False).returncode == 0, 20)
    assert status(pair) == 200


def test_a_killed_envoy_is_started_again(pair: Mesh) -> None:
    pod = pair.pods("server")[0]
    os.kill(pair.envoy_pid(pod), signal.SIGKILL)

    def restarted() -> bool:
        fresh = pair.pods("server")[0]
        found = fresh["status"].get("initContainerStatuses", []) + fresh["status"].get("containerStatuses", [])
        return any(each["name"] == "istio-proxy" and each["restartCount"] == 1 and each["ready"] for each in found)

    eventually(restarted, 30, "the proxy to be restarted")
    eventually(lambda: status(pair) == 200, 20)
    assert pair.pods("server")[0]["metadata"]["uid"] == pod["metadata"]["uid"]


def test_a_killed_application_is_started_again(pair: Mesh) -> None:
    pid = pair.app_pid(pair.pods("server")[0])
    os.kill(pid, signal.SIGKILL)
    eventually(lambda: pair.app_pid(pair.pods("server")[0]) not in (0, pid), 20, "a new process")
    eventually(lambda: status(pair) == 200, 20)


def test_a_second_up_says_that_one_is_running(pair: Mesh) -> None:
    again = pair.lateen("up", "-d", check=False)
    assert again.returncode == 1
    assert "already running" in again.stderr
    assert "lateen down" in again.stderr


BAD = """\
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: bad}
spec:
  hosts: [server]
  htp:
  - route: []
---
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: {name: bad}
spec:
  hosts: [a.example.com, a.example.com]
  addresses: [10.0.0.0/99]
  resolution: SOMETIMES
  ports:
  - {number: 99999, name: tcp, protocol: TCP}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: good}
data: {a: b}
"""


def test_every_fault_is_told_with_file_line_and_field_and_nothing_changes(pair: Mesh, tmp_path: Path) -> None:
    file = tmp_path / "bad.yaml"
    file.write_text(BAD)
    refused = pair.lateen("apply", "-f", str(file), check=False)
    assert refused.returncode == 1
    for line, field in (
        (6, "spec.htp"),
        (15, "spec.resolution"),
        (14, "spec.addresses[0]"),
        (17, "spec.ports[0].number"),
        (13, "spec.hosts[1]"),
    ):
        assert f"{file}:{line}: {field}" in refused.stderr, refused.stderr
    assert pair.lateen("get", "configmap", "good", check=False).returncode == 1


def test_after_kill_9_of_everything_down_leaves_nothing(tmp_path_factory: pytest.TempPathFactory) -> None:
    mesh = Mesh(tmp_path_factory.mktemp("m"))
    before = _namespaces()
    try:
        mesh.up()
        owner = json.loads(mesh.lateen("status", "-o", "json").stdout)["processes"]["node"]
        assert any(mesh.name in name for name in _namespaces() - before)
        os.kill(owner, signal.SIGKILL)
    finally:
        mesh.down()
    eventually(lambda: not any(mesh.name in name for name in _namespaces()), 10, "namespaces to be gone")
    links = subprocess.run(["ip", "-br", "link"], capture_output=True, text=True).stdout
    assert mesh.name not in links
    assert not any(
        str(mesh.run_folder) in _command(process) for process in Path("/proc").iterdir() if process.name.isdigit()
    )


def _namespaces() -> set[str]:
    folder = Path("/run/netns")
    return {each.name for each in folder.iterdir()} if folder.exists() else set()


def _command(process: Path) -> str:
    try:
        return (process / "cmdline").read_text()
    except OSError:
        return ""


def test_a_node_process_that_hangs_is_ended_with_all_its_children(tmp_path_factory: pytest.TempPathFactory) -> None:
    mesh = Mesh(tmp_path_factory.mktemp("h"))
    try:
        mesh.up()
        settings = Settings(mesh.name, mesh.state, mesh.run_folder)
        os.kill(owner_of(settings.run), signal.SIGSTOP)
        asyncio.run(bring_down(settings, seconds=2))
        assert not owner_of(settings.run)
        assert not any(
            f"--mesh\0{mesh.name}\0" in _command(each) for each in Path("/proc").iterdir() if each.name.isdigit()
        )
    finally:
        mesh.down()
