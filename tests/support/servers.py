"""An API server whose answers a test chooses, on a real socket: for what a good server does only by accident."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import msgspec
from aiohttp import web
from aiohttp.test_utils import TestServer

from lateen.sources.client import Client

Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


def status(code: int, reason: str = "", message: str = "") -> dict[str, Any]:
    return {"kind": "Status", "code": code, "reason": reason, "message": message or reason}


def refusal(code: int, reason: str = "") -> web.Response:
    return web.json_response(status(code, reason), status=code)


@asynccontextmanager
async def answering(answer: Answer) -> AsyncIterator[Client]:
    """Serve everything by `answer`; gives a client."""
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", answer)
    async with TestServer(app) as server, Client(str(server.make_url("/"))) as client:
        yield client


async def stream(request: web.Request, *events: tuple[str, Any]) -> web.StreamResponse:
    """Begin a watch's answer with events."""
    response = web.StreamResponse(headers={"Content-Type": "application/json"})
    await response.prepare(request)
    for type_, raw in events:
        await response.write(msgspec.json.encode({"type": type_, "object": raw}) + b"\n")
    return response
