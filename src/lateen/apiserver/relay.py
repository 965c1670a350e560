"""Pass a WebSocket on to the node: a client's messages there, the node's back, until either leaves."""

import asyncio
import socket
from collections.abc import Sequence
from contextlib import suppress

import aiohttp
from aiohttp import WSMsgType, web

from lateen.apiserver.status import bad_request
from lateen.base.clock import SystemClock
from lateen.base.tasks import cancel, spawn

Socket = web.WebSocketResponse | aiohttp.ClientWebSocketResponse

LARGEST = 4 * 2**20
# Seconds between pings of the client: a write to one that is gone fails, also while nothing is read from it.
KNOCK = 5.0
# How long either end may take to say goodbye.
CLOSING = 2.0


def asks_for_websocket(request: web.Request) -> bool:
    """Whether the request wants to become a WebSocket."""
    return request.headers.get("Upgrade", "").lower() == "websocket"


def chosen_protocol(request: web.Request, known: Sequence[str]) -> str:
    """The first of the client's subprotocols that is known; Refusal 400 without one."""
    offered = [each.strip() for each in request.headers.get("Sec-WebSocket-Protocol", "").split(",")]
    for protocol in offered:
        if protocol in known:
            return protocol
    told = ", ".join(each for each in offered if each) or "none"
    raise bad_request(f"the WebSocket's subprotocol must be one of {', '.join(known)}; offered: {told}")


async def relay(request: web.Request, node: aiohttp.ClientWebSocketResponse) -> web.WebSocketResponse:
    """Make the request a WebSocket of the node's subprotocol and join the two; both are closed afterwards."""
    protocols = (node.protocol,) if node.protocol else ()
    client = web.WebSocketResponse(protocols=protocols, compress=False, max_msg_size=LARGEST, timeout=CLOSING)
    try:
        await client.prepare(request)
        knocking = spawn(_knock(client), name="pings of a client")
        try:
            await _join(client, node)
            with suppress(ConnectionError):
                await client.close()  # may take as long as the client takes what was sent to it
        finally:
            await cancel(knocking)
    finally:
        await _leave(node)
    return client


async def _join(client: web.WebSocketResponse, node: aiohttp.ClientWebSocketResponse) -> None:
    tasks = [
        spawn(_pass(client, node), name="messages to a pod"),
        spawn(_pass(node, client), name="messages from a pod"),
    ]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        await cancel(*tasks)


async def _pass(source: Socket, target: Socket) -> None:
    """Pass messages on, the next when the last is taken, until either is gone."""
    with suppress(ConnectionError):
        async for message in source:
            if message.type is WSMsgType.BINARY:
                await target.send_bytes(message.data)
            elif message.type is WSMsgType.TEXT:
                await target.send_str(message.data)


async def _leave(node: aiohttp.ClientWebSocketResponse) -> None:
    """Say goodbye, and cut the line: it would wait for a node that takes nothing more, not even that."""
    line = node.get_extra_info("socket")
    with suppress(TimeoutError, ConnectionError):
        async with asyncio.timeout(CLOSING):
            await node.close()
    if line is not None:
        with suppress(OSError):  # it is closed already
            line.shutdown(socket.SHUT_RDWR)


async def _knock(client: web.WebSocketResponse) -> None:
    clock = SystemClock()
    with suppress(ConnectionError):
        while True:
            await clock.sleep(KNOCK)
            await client.ping()
