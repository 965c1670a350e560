"""What the command line may ask of the node process, on a unix socket for this user alone."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from aiohttp import web

from lateen.base.errors import LateenError
from lateen.base.sockets import private_socket

if TYPE_CHECKING:
    from lateen.runtime.node import Node

Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


async def serve_node(node: "Node", path: Path) -> web.AppRunner:
    """Serve `node` at `path`; `cleanup()` of what is returned ends it.

    GET /status[?wait]; POST /stop; POST /hosts?name&ip (a host outside the mesh); POST /processes?pid (to be
    ended with the mesh); POST /rotate (renew every workload's certificate, and tell who signed them, what is trusted
    now and which are late).
    """
    app = web.Application(middlewares=[_explain])
    window = _Window(node)
    app.router.add_get("/status", window.status)
    app.router.add_post("/stop", window.stop)
    app.router.add_post("/hosts", window.hosts)
    app.router.add_post("/processes", window.processes)
    app.router.add_post("/rotate", window.rotate)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.SockSite(runner, private_socket(path)).start()
    return runner


class _Window:
    def __init__(self, node: "Node") -> None:
        self._node = node

    async def status(self, request: web.Request) -> web.Response:
        if "wait" in request.query and not self._node.error:
            with suppress(TimeoutError):
                async with asyncio.timeout(10):
                    await self._node.ready.wait()
        return web.json_response(self._node.status())

    async def stop(self, request: web.Request) -> web.Response:
        self._node.stop()
        return web.json_response({})

    async def hosts(self, request: web.Request) -> web.Response:
        host = await asyncio.to_thread(self._node.network.add_host, request.query["name"], request.query["ip"])
        return web.json_response({"name": host.name, "ip": host.ip, "netns": str(host.path)})

    async def processes(self, request: web.Request) -> web.Response:
        self._node.journal.add_process(int(request.query["pid"]))
        return web.json_response({})

    async def rotate(self, request: web.Request) -> web.Response:
        agent = self._node.agent
        if agent is None:
            return web.json_response({"late": [], "issuers": [], "roots": [], "revoked": ""})
        late = await agent.renew()
        return web.json_response(
            {
                "late": [f"{one.workload.namespace}/{one.workload.pod}: {one.renewal.error}" for one in late],
                # Of the mesh's own authority: another one's certificates say nothing of it.
                "issuers": [] if agent.external else sorted({one.renewal.issuer for one in agent.workloads}),
                "roots": sorted(agent.trusted.fingerprints),
                "revoked": agent.trusted.revoked.pem.decode(),
            }
        )


@web.middleware
async def _explain(request: web.Request, handler: Answer) -> web.StreamResponse:
    try:
        return await handler(request)
    except LateenError as error:
        return web.json_response({"error": str(error), "fix": error.fix}, status=400)
