"""Show pods from the inside to whoever may open the kubelet's socket: logs, and HTTP to their ports."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

import aiohttp
from aiohttp import web
from multidict import CIMultiDict
from yarl import URL

from lateen.base.sockets import private_socket
from lateen.runtime.kubelet import Kubelet
from lateen.runtime.logs import Reader, Wanted, log_folder, run_of
from lateen.runtime.machine import Machine
from lateen.runtime.pod import PodWorker
from lateen.runtime.pod_sessions import PodSessions, worker_of

# Headers that belong to one connection, not to the message (RFC 9110, 7.6.1).
_HOP_BY_HOP = frozenset(
    {"connection", "keep-alive", "proxy-authenticate", "proxy-authorization", "te", "trailer",
     "transfer-encoding", "upgrade", "host"}
)  # fmt: skip

_KUBELET = web.AppKey("kubelet", Kubelet)
_MACHINE = web.AppKey("machine", Machine)


def kubelet_app(kubelet: Kubelet, machine: Machine) -> web.Application:
    """The application; paths are Kubernetes' kubelet's where it has them.

    GET /containerLogs/{namespace}/{pod}/{container}?follow&tailLines&sinceSeconds&sinceTime&previous
        &timestamps&limitBytes
    ANY /proxy/{namespace}/{pod}/{port}/{path}: HTTP to 127.0.0.1:{port} inside the pod
    GET /exec/{namespace}/{pod}/{container}, the same with /attach, and /portForward/{namespace}/{pod}: WebSockets,
    see PodSessions
    """
    app = web.Application(client_max_size=0)
    app[_KUBELET], app[_MACHINE] = kubelet, machine
    app.router.add_get("/containerLogs/{namespace}/{pod}/{container}", _logs)
    app.router.add_route("*", "/proxy/{namespace}/{pod}/{port}/{path:.*}", _proxy)
    sessions = PodSessions(kubelet, machine)
    app.router.add_get("/exec/{namespace}/{pod}/{container}", sessions.exec)
    app.router.add_get("/attach/{namespace}/{pod}/{container}", sessions.attach)
    app.router.add_get("/portForward/{namespace}/{pod}", sessions.forward)
    return app


async def serve_kubelet(kubelet: Kubelet, machine: Machine, path: Path) -> web.AppRunner:
    """Serve it on the unix socket `path`, for this user alone; `cleanup()` of what is returned ends it."""
    # Who is gone is noticed: its command ends, its log is followed no more.
    runner = web.AppRunner(kubelet_app(kubelet, machine), access_log=None, handler_cancellation=True)
    await runner.setup()
    await web.SockSite(runner, private_socket(path)).start()
    return runner


async def _logs(request: web.Request) -> web.StreamResponse:
    worker, machine = _worker(request), request.app[_MACHINE]
    name = request.match_info["container"]
    container = worker.container(name)
    if container is None:
        names = ", ".join(item.spec["name"] for item in (*worker.apps, *worker.inits))
        raise web.HTTPNotFound(text=f"pod {worker.key} has no container {name!r}; it has {names}\n")
    previous = _flag(request, "previous")
    folder = log_folder(machine.logs, *worker.key, worker.pod["metadata"]["uid"])
    path = run_of(folder, name, previous=previous)
    if path is None:
        which = "previous run of " if previous else ""
        raise web.HTTPBadRequest(text=f"{which}container {name!r} in pod {worker.key} has no log\n")
    since = _since(request, machine.clock.now())
    wanted = Wanted(
        _number(request, "tailLines", -1) if since >= 0 else 0,
        max(since, 0),
        _flag(request, "timestamps"),
        _flag(request, "follow"),
    )
    reader = Reader(path, machine.clerk, wanted, lambda: bool(container.pid) and not previous)
    return await _stream(request, reader)


async def _stream(request: web.Request, reader: Reader) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Type": "text/plain; charset=utf-8"})
    await response.prepare(request)
    left = _number(request, "limitBytes", -1)
    async for piece in reader.read():
        await response.write(piece if left < 0 else piece[:left])
        if left >= 0 and (left := max(left - len(piece), 0)) == 0:
            break
    await response.write_eof()
    return response


async def _proxy(request: web.Request) -> web.StreamResponse:
    worker = _worker(request)
    if (inside := worker.home.inside) is None:
        raise web.HTTPServiceUnavailable(text=f"pod {worker.key} has no network\n")
    port = _port(worker, request.match_info["port"])
    _, _, _, _, _, rest = request.raw_path.split("/", 5)
    url = URL(f"http://127.0.0.1:{port}/{rest}", encoded=True)
    try:
        async with inside.session.request(
            request.method,
            url,
            headers=_end_to_end(request.headers),
            data=request.content if request.can_read_body else None,
            allow_redirects=False,
            timeout=aiohttp.ClientTimeout(total=None, sock_connect=5),
        ) as answer:
            response = web.StreamResponse(status=answer.status, headers=_end_to_end(answer.headers))
            await response.prepare(request)
            async for piece in answer.content.iter_any():
                await response.write(piece)
            await response.write_eof()
            return response
    except (aiohttp.ClientConnectionError, TimeoutError) as error:
        raise web.HTTPBadGateway(text=f"port {port} of pod {worker.key}: {error}\n") from None


def _end_to_end(headers: Mapping[str, str]) -> CIMultiDict[str]:
    kept: CIMultiDict[str] = CIMultiDict()
    for name, value in headers.items():
        if name.lower() not in _HOP_BY_HOP:
            kept.add(name, value)
    return kept


def _worker(request: web.Request) -> PodWorker:
    return worker_of(request.app[_KUBELET], request)


def _port(worker: PodWorker, text: str) -> int:
    """A port's number, or the number of the one that a container of the pod gives this name."""
    if text.isdecimal():
        return int(text)
    for container in (*worker.apps, *worker.inits):
        for port in container.spec.get("ports") or ():
            if port.get("name") == text:
                return int(port["containerPort"])
    raise web.HTTPNotFound(text=f"pod {worker.key} has no port named {text!r}\n")


def _since(request: web.Request, now: float) -> float:
    """How many seconds back the wanted lines reach: 0 for all, less for a time that is still to come."""
    text = request.query.get("sinceTime")
    if not text:
        return float(_number(request, "sinceSeconds", 0))
    try:
        return now - datetime.fromisoformat(text).timestamp() or -1.0
    except ValueError:
        raise web.HTTPBadRequest(text=f"sinceTime is a time as 2026-01-01T00:00:00Z, not {text!r}\n") from None


def _flag(request: web.Request, name: str) -> bool:
    return request.query.get(name, "false").lower() in ("", "1", "true")


def _number(request: web.Request, name: str, default: int) -> int:
    text = request.query.get(name)
    if not text:
        return default
    if not text.isdecimal():
        raise web.HTTPBadRequest(text=f"{name} is a number, not {text!r}\n")
    return int(text)
