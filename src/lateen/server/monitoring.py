"""The control plane's plain HTTP: whether it is ready (8080); its version, and windows for its own pod (15014)."""

from collections.abc import Awaitable, Callable
from importlib.metadata import version

from aiohttp import web

READY_PORT, MONITORING_PORT = 8080, 15014

_LOOPBACK = ("127.0.0.1", "::1", "::ffff:127.0.0.1")


class ReadyServer:
    """Answers `/ready`: 200 while `missing` returns "", else 503 with what is missing."""

    def __init__(self, missing: Callable[[], str], port: int = READY_PORT) -> None:
        self._missing, self._port = missing, port
        app = web.Application()
        app.router.add_get("/ready", self._ready)
        self._runner = web.AppRunner(app, access_log=None)

    async def start(self) -> None:
        """Begin to answer."""
        await self._runner.setup()
        await web.TCPSite(self._runner, None, self._port).start()

    async def stop(self) -> None:
        """Stop answering."""
        await self._runner.cleanup()

    async def _ready(self, _: web.Request) -> web.Response:
        missing = self._missing()
        return web.Response(status=503 if missing else 200, text=f"{missing or 'ready'}\n")


class MonitoringServer:
    """Serves `/version` to all, and the routes of `app` below `/debug` to callers on the pod's own loopback alone: who
    may forward a port to the pod has shown the API server that he may."""

    def __init__(self, app: web.Application, port: int = MONITORING_PORT) -> None:
        self._port = port
        app.middlewares.insert(0, _local_debug)
        app.router.add_get("/version", _version)
        self._runner = web.AppRunner(app, access_log=None)

    async def start(self) -> None:
        """Begin to answer."""
        await self._runner.setup()
        await web.TCPSite(self._runner, None, self._port).start()

    async def stop(self) -> None:
        """Stop answering."""
        await self._runner.cleanup()


@web.middleware
async def _local_debug(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    if request.path.startswith("/debug") and request.remote not in _LOOPBACK:
        return web.Response(status=403, text="only from within the pod: kubectl port-forward\n")
    return await handler(request)


async def _version(_: web.Request) -> web.Response:
    return web.Response(text=f"{version('lateen')}\n")
