"""Connections into pods that last: commands in their containers, and to their ports."""

from functools import partial

from aiohttp import web

from lateen.base.refs import Key
from lateen.runtime.channels import COMMAND_PROTOCOLS, Streams
from lateen.runtime.command import Command
from lateen.runtime.container import Container
from lateen.runtime.kubelet import Kubelet
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

    async def forward(self, request: web.Request) -> web.StreamResponse:
        """Carry connections to ports of a pod."""
        worker = worker_of(self._kubelet, request)
        if (inside := worker.home.inside) is None:
            raise web.HTTPServiceUnavailable(text=f"pod {worker.key} has no network\n")
        async with upgraded(request, FORWARD_PROTOCOLS, self._machine.clock) as socket:
            await PortForward(socket, inside).run()
            return socket


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
