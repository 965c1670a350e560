"""Carry a client's connections to ports of a pod, all of them through one WebSocket, as SPDY streams.

Each connection is two streams of one `requestID`: one for its bytes, one for what goes wrong.
"""

import asyncio
import os
import socket
from collections.abc import Mapping
from contextlib import suppress

from aiohttp import WSMsgType, web

from lateen.base.tasks import cancel, spawn
from lateen.runtime import spdy
from lateen.runtime.inside import Inside

FORWARD_PROTOCOLS = ("SPDY/3.1+portforward.k8s.io",)

_PIECE = 32 * 1024
# Pieces of a connection that wait for the pod to take them; the whole WebSocket waits behind them.
_WAITING = 16
# Connections at once: more are refused.
_MOST = 1000


class PortForward:
    """One client's connections."""

    def __init__(self, websocket: web.WebSocketResponse, inside: Inside) -> None:
        self._websocket, self._inside = websocket, inside
        self._reader, self._writer = spdy.Reader(), spdy.Writer()
        self._halves: dict[str, int] = {}  # error streams whose data stream is still to come, by requestID
        self._inputs: dict[int, asyncio.Queue[bytes]] = {}  # by data stream; b"" is the end
        self._tasks: dict[int, asyncio.Task[None]] = {}

    async def run(self) -> None:
        """Carry until the client leaves, or breaks the rules."""
        try:
            async for message in self._websocket:
                if message.type is WSMsgType.BINARY:
                    for frame in self._reader.feed(message.data):
                        await self._take(frame)
        except spdy.SpdyError:
            await self._websocket.close(code=1002)
        finally:
            await cancel(*self._tasks.values())

    async def _take(self, frame: spdy.Frame) -> None:
        match frame:
            case spdy.Opened(stream, headers, _):
                await self._open(stream, headers)
            case spdy.Data(stream, content, last) if stream in self._inputs:
                if content:
                    await self._put(stream, content)
                if last:
                    await self._put(stream, b"")
            case spdy.Reset(stream) if stream in self._tasks:
                self._tasks[stream].cancel()
            case spdy.Ping(number):
                await self._send(spdy.ping(number))

    async def _put(self, stream: int, content: bytes) -> None:
        """Hand bytes to a connection; one that has ended takes none, and holds nobody up."""
        putting = spawn(self._inputs[stream].put(content), name="bytes to a pod")
        ending = self._tasks[stream]
        await asyncio.wait({putting, ending}, return_when=asyncio.FIRST_COMPLETED)
        await cancel(putting)

    async def _open(self, stream: int, headers: Mapping[str, str]) -> None:
        request, port = headers.get("requestid", ""), headers.get("port", "")
        kind = headers.get("streamtype", "")
        if (
            kind not in ("error", "data")
            or not port.isdecimal()
            or not 0 < int(port) < 65536
            or len(self._tasks) > _MOST
        ):
            await self._send(spdy.reset(stream))
            return
        await self._send(self._writer.accept(stream))
        if kind == "error":
            self._halves[request] = stream
        elif (errors := self._halves.pop(request, None)) is not None:
            self._inputs[stream] = asyncio.Queue(_WAITING)
            self._tasks[stream] = spawn(self._carry(stream, errors, int(port)), name="forwarded connection")
        else:
            await self._send(spdy.reset(stream))

    async def _carry(self, stream: int, errors: int, port: int) -> None:
        """See one connection through."""
        try:
            made = await self._inside.connect("127.0.0.1", port)
        except OSError as error:
            why = os.strerror(error.errno) if error.errno else str(error)
            said = f"cannot connect to 127.0.0.1:{port} in the pod: {why}"
            await self._send(spdy.data(errors, said.encode(), last=True) + spdy.reset(stream))
        else:
            with made:
                await self._exchange(stream, made)
            await self._send(spdy.data(errors, b"", last=True))
        finally:
            self._inputs.pop(stream, None)
            self._tasks.pop(stream, None)

    async def _exchange(self, stream: int, made: socket.socket) -> None:
        giving = spawn(self._give(stream, made), name="bytes into a pod")
        try:
            await self._show(stream, made)
            with suppress(OSError):
                await giving
        finally:
            await cancel(giving)

    async def _give(self, stream: int, made: socket.socket) -> None:
        """Write what the client sends until it sends no more; a pod that takes none is given none."""
        loop = asyncio.get_running_loop()
        with suppress(OSError):
            while content := await self._inputs[stream].get():
                await loop.sock_sendall(made, content)
            made.shutdown(socket.SHUT_WR)

    async def _show(self, stream: int, made: socket.socket) -> None:
        """Send what the pod writes, as fast as the client takes it; a connection that breaks has ended."""
        loop = asyncio.get_running_loop()
        with suppress(OSError):
            while content := await loop.sock_recv(made, _PIECE):
                await self._send(spdy.data(stream, content))
        await self._send(spdy.data(stream, b"", last=True))

    async def _send(self, frame: bytes) -> None:
        with suppress(ConnectionError):  # the client is gone: `run` ends
            await self._websocket.send_bytes(frame)
