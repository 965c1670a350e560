"""Connections into pods that last: commands in their containers, their output, and their ports."""

import asyncio
from collections.abc import AsyncIterator
from functools import partial

from aiohttp import web

from lateen.base.refs import Key
from lateen.base.tasks import cancel, spawn
from lateen.runtime.channels import COMMAND_PROTOCOLS, STDOUT, Streams, ended
from lateen.runtime.command import Command
from lateen.runtime.container import Container
from lateen.runtime.kubelet import Kubelet
from lateen.runtime.logs import Reader, Wanted, log_folder, run_of
from lateen.runtime.machine import Machine
from lateen.runtime.pod import PodWorker
from lateen.runtime.pod_status import Terminated, Waiting
from lateen.runtime.port_forward import FORWARD_PROTOCOLS, PortForward
from lateen.runtime.process import Process
from lateen.runtime.upgrade import upgraded


class PodSessions:
    """Answers requests for WebSockets into pods.

    A request that asks for no WebSocket is answered with what stands in the way, or 426 when nothing does.
    """

    def __init__(self, kubelet: Kubelet, machine: Machine) -> None:
        self._kubelet, self._machine = kubelet, machine

    async def exec(self, request: web.Request) -> web.StreamResponse:
        """Run ?command=…&command=… in a container; ?stdin, ?stdout, ?stderr, ?tty say what is wanted of it."""
        worker = worker_of(self._kubelet, request)
        _, process = running(worker, request.match_info["container"])
        wanted, argv = _streams(request), request.query.getall("command", [])
        if not argv:
            raise web.HTTPBadRequest(text="you must specify at least one command for the container\n")
        async with upgraded(request, COMMAND_PROTOCOLS, self._machine.clock) as socket:
            start = partial(worker.home.stream, argv, process, terminal=wanted.tty)
            await Command(socket, wanted).run(start, process)
            return socket

    async def attach(self, request: web.Request) -> web.StreamResponse:
        """Show what a container writes from now on. It takes no input: what its process reads is nobody's."""
        worker = worker_of(self._kubelet, request)
        container, process = running(worker, request.match_info["container"])
        if _streams(request).stdin:
            raise web.HTTPBadRequest(text="containers take no input here: attach without -i, or use exec\n")
        uid, name = worker.pod["metadata"]["uid"], container.spec["name"]
        path = run_of(log_folder(self._machine.logs, *worker.key, uid), name)
        if path is None:
            raise web.HTTPBadRequest(text=f"container {name!r} in pod {worker.key} has no output yet\n")
        wanted = Wanted(tail=0, follow=True)
        reader = Reader(path, self._machine.clerk, wanted, lambda: container.process is process)
        async with upgraded(request, COMMAND_PROTOCOLS, self._machine.clock) as socket:
            await show(socket, reader.read())
            return socket

    async def forward(self, request: web.Request) -> web.StreamResponse:
        """Carry connections to ports of a pod."""
        worker = worker_of(self._kubelet, request)
        if (inside := worker.home.inside) is None:
            raise web.HTTPServiceUnavailable(text=f"pod {worker.key} has no network\n")
        async with upgraded(request, FORWARD_PROTOCOLS, self._machine.clock) as socket:
            await PortForward(socket, inside).run()
            return socket


async def show(socket: web.WebSocketResponse, pieces: AsyncIterator[bytes]) -> None:
    """Send pieces of output as they come, until there are no more or the client leaves."""

    async def write() -> None:
        async for piece in pieces:
            await socket.send_bytes(bytes((STDOUT,)) + piece)
        await socket.send_bytes(ended(0))

    async def hear() -> None:
        async for _ in socket:
            pass

    tasks = [spawn(write(), name="output of a container"), spawn(hear(), name="client of a container")]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        await cancel(*tasks)


def worker_of(kubelet: Kubelet, request: web.Request) -> PodWorker:
    """The worker of the pod that the path names; raises HTTPNotFound."""
    key = Key(request.match_info["namespace"], request.match_info["pod"])
    if (worker := kubelet.pod(key)) is None:
        raise web.HTTPNotFound(text=f"pod {key} does not run here\n")
    return worker


def running(worker: PodWorker, name: str) -> tuple[Container, Process]:
    """The container `name` and its process; raises HTTPNotFound, and HTTPBadRequest while it does not run."""
    container = worker.container(name)
    if container is None:
        names = ", ".join(item.spec["name"] for item in (*worker.apps, *worker.inits))
        raise web.HTTPNotFound(text=f"pod {worker.key} has no container {name!r}; it has {names}\n")
    if (process := container.process) is None:
        raise web.HTTPBadRequest(text=f"container {name!r} of pod {worker.key} does not run: {_why(container)}\n")
    return container, process


def _why(container: Container) -> str:
    match container.status.state:
        case Waiting(reason, message):
            return f"it is waiting ({reason}{': ' if message else ''}{message})"
        case Terminated(code):
            return f"it has ended with exit code {code}"
    return "it is being started"


def _streams(request: web.Request) -> Streams:
    try:
        return Streams.of(request.query)
    except ValueError as error:
        raise web.HTTPBadRequest(text=f"{error}\n") from None
