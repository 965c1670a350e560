"""Networks and sandboxes of a test's own, gone after it."""

import asyncio
import dataclasses
import os
import secrets
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "support"))

from apiservers import NODE, served

from lateen.apiserver.credentials import CONTROLLER
from lateen.apiserver.credentials import NODE as KUBELET
from lateen.base.clock import SystemClock
from lateen.base.tasks import cancel, spawn, until
from lateen.runtime.controllers import CONTROLLERS, KINDS
from lateen.runtime.controllers.controller import run_controllers
from lateen.runtime.kubelet import Kubelet
from lateen.runtime.leftovers import Journal, clean
from lateen.runtime.mirror import Mirror
from lateen.runtime.network import Network, PodNetwork
from lateen.runtime.sandbox import ContainerSpec, Mount, Process, Sandbox, Sandboxes, SandboxSpec

if TYPE_CHECKING:
    from lateen.runtime.machine import Machine

# Answers every connection with its name and whom it sees, then what it was sent.
SERVER = """
import socket, sys, threading
def answer(c, peer):
    c.sendall(f"{sys.argv[1]} {peer[0]}\\n".encode())
    while data := c.recv(65536): c.sendall(data)
    c.close()
with socket.create_server(("0.0.0.0", int(sys.argv[2]))) as s:
    while True: threading.Thread(target=answer, args=s.accept(), daemon=True).start()
"""


@pytest.fixture
def mesh_name() -> str:
    if os.geteuid() != 0:
        pytest.skip("namespaces need root")
    return "u" + secrets.token_hex(4)


@pytest.fixture
def journal_path(tmp_path: Path) -> Path:
    return tmp_path / "journal"


@pytest.fixture
def network(mesh_name: str, journal_path: Path) -> Iterator[Network]:
    """A node network without uplink."""
    made = Network(mesh_name, Journal(journal_path))
    made.up(uplink=False)
    try:
        yield made
    finally:
        made.down()
        clean(journal_path)


@pytest.fixture
async def sandboxes(mesh_name: str, tmp_path: Path) -> AsyncIterator[Sandboxes]:
    made = await Sandboxes.start(tmp_path / "roots")
    yield made
    await made.close()


class Pods:
    """Pods made for one test."""

    def __init__(self, network: Network, sandboxes: Sandboxes, folder: Path) -> None:
        self.network = network
        self.sandboxes = sandboxes
        self.folder = folder

    async def make(self, name: str) -> tuple[Sandbox, PodNetwork]:
        pod = await asyncio.to_thread(self.network.add_pod, name)
        spec = SandboxSpec(name=name, namespace="shop", ip=pod.ip, netns=pod.path, uid=pod.uid)
        return await self.sandboxes.create(spec), pod

    async def python(self, sandbox: Sandbox, code: str, *arguments: str, mounts: tuple[Mount, ...] = ()) -> Process:
        """Run Python in a container of its own; its output goes to `log(sandbox)`."""
        argv = [sys.executable, "-c", code, *arguments]
        return await sandbox.spawn(ContainerSpec(argv=argv, output=self.log(sandbox), mounts=mounts))

    async def said(self, sandbox: Sandbox, code: str, *arguments: str, mounts: tuple[Mount, ...] = ()) -> str:
        """Run Python to its end and return what it printed."""
        log = self.log(sandbox)
        log.unlink(missing_ok=True)
        code_ = await (await self.python(sandbox, code, *arguments, mounts=mounts)).wait()
        text = log.read_text()
        assert code_ == 0, text
        return text.strip()

    async def serve(self, sandbox: Sandbox, port: int) -> Process:
        """Run SERVER in the pod and wait until it listens."""
        process = await self.python(sandbox, SERVER, sandbox.spec.name, str(port))
        await until(lambda: listening(process.pid, port), seconds=10, what=f"port {port} of {sandbox.spec.name}")
        return process

    def log(self, sandbox: Sandbox) -> Path:
        return self.folder / f"{sandbox.spec.name}.log"


def listening(pid: int, port: int) -> bool:
    rows = Path(f"/proc/{pid}/net/tcp").read_text().splitlines()
    return any(f":{port:04X} 00000000:0000 0A" in row for row in rows)


@pytest.fixture
def pods(network: Network, sandboxes: Sandboxes, tmp_path: Path) -> Pods:
    return Pods(network, sandboxes, tmp_path)


@pytest.fixture
def call() -> Callable[[Path, str, int], str]:
    """Connect to ip:port from a namespace and return the first line that comes back."""
    from lateen.runtime.netns import connect_in

    def first_line(path: Path, ip: str, port: int) -> str:
        with connect_in(path, ip, port, 2) as made:
            return made.recv(100).decode().strip()

    return first_line


class NoAgent:
    """An agent that serves nobody."""

    async def stop(self, uid: str) -> None:
        pass


@pytest.fixture
def machine(network: Network, sandboxes: Sandboxes, tmp_path: Path) -> "Machine":
    """A node without an API: it runs pods of the images `python` and `server`, none of them in the mesh."""
    from lateen.runtime.images import Images
    from lateen.runtime.logs import Clerk
    from lateen.runtime.machine import Machine
    from lateen.runtime.proxy import Proxies

    images, clock, apps = Images(), SystemClock(), Path(__file__).parent / "apps"
    images.put({"metadata": {"name": "python"}, "spec": {"images": ["python"], "command": ["python"]}})
    spec = {"images": ["server"], "command": ["python", "server.py"], "directory": str(apps)}
    images.put({"metadata": {"name": "server"}, "spec": spec})
    return Machine(
        node=NODE, ip="10.244.0.1", client=None, network=network, sandboxes=sandboxes,
        proxies=Proxies(NoAgent(), None), clock=clock, run=tmp_path / "run", logs=tmp_path / "logs",
        clerk=Clerk(clock), images=images,
    )  # fmt: skip


class Cluster:
    """An API server, its controllers and one kubelet. `admin` may do everything."""

    def __init__(self, admin, mirror, kubelet, machine):
        self.admin, self.mirror, self.kubelet, self.machine = admin, mirror, kubelet, machine

    def pods(self, app):
        """The pods with this label, those that are ending too, by name."""
        found = [pod for pod in self.mirror.all("Pod") if pod["metadata"].get("labels", {}).get("app") == app]
        return sorted(found, key=lambda pod: pod["metadata"]["name"])

    async def until(self, condition, what, seconds=20):
        """Wait until `condition()` holds for what the mirror shows."""
        return await until(condition, seconds=seconds, what=what, every=0.01)


@pytest.fixture
async def cluster(machine, tmp_path):
    async with (
        served(tmp_path / "api", kubelet_socket=tmp_path / "kubelet.sock", advertise=("10.244.0.1", 6443)) as api,
        api.client() as admin,
        api.client(CONTROLLER) as controllers,
        api.client(KUBELET) as node,
    ):
        machine = dataclasses.replace(machine, client=node)
        mirror = Mirror(controllers, KINDS, machine.clock)
        kubelet = Kubelet(machine)
        tasks = [
            spawn(run_controllers(CONTROLLERS, mirror), name="controllers"),
            spawn(kubelet.run(), name="kubelet"),
        ]
        yield Cluster(admin, mirror, kubelet, machine)
        await cancel(*tasks)
