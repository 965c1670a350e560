import asyncio
import socket
from collections.abc import AsyncIterator

import aiohttp
import pytest
from aiohttp import web

from lateen.runtime import spdy
from lateen.runtime.inside import Inside
from lateen.runtime.port_forward import FORWARD_PROTOCOLS, PortForward


class Client:
    """The client's end: `data` and `errors` by stream, as they have come."""

    def __init__(self, websocket: aiohttp.ClientWebSocketResponse) -> None:
        self._websocket = websocket
        self._writer, self._reader = spdy.Writer(), spdy.Reader()
        self.frames: list[spdy.Frame] = []

    async def connect(self, number: int, port: int) -> int:
        """Open connection `number`; returns its data stream, one behind its error stream."""
        for offset, kind in ((1, "error"), (3, "data")):
            headers = {"streamType": kind, "port": str(port), "requestID": str(number)}
            await self.send(self._writer.open(number * 4 + offset, headers))
        return number * 4 + 3

    async def send(self, frame: bytes) -> None:
        await self._websocket.send_bytes(frame)

    async def until_last(self, stream: int) -> bytes:
        """Everything that comes on a stream."""
        while not any(isinstance(each, spdy.Data) and each[0] == stream and each[2] for each in self.frames):
            async with asyncio.timeout(10):
                self.frames += self._reader.feed(await self._websocket.receive_bytes())
        return b"".join(each[1] for each in self.frames if isinstance(each, spdy.Data) and each[0] == stream)


@pytest.fixture
async def client() -> AsyncIterator[Client]:
    inside = Inside("127.0.0.1", lambda: socket.socket(socket.AF_INET))

    async def answer(request: web.Request) -> web.StreamResponse:
        websocket = web.WebSocketResponse(protocols=FORWARD_PROTOCOLS)
        await websocket.prepare(request)
        await PortForward(websocket, inside).run()
        return websocket

    app = web.Application()
    app.router.add_get("/", answer)
    runner = web.AppRunner(app, handler_cancellation=True)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}/"
    async with aiohttp.ClientSession() as session, session.ws_connect(url, protocols=FORWARD_PROTOCOLS) as websocket:
        yield Client(websocket)
    await runner.cleanup()


@pytest.fixture
async def echo() -> AsyncIterator[int]:
    """The port of a server that repeats everything, and then ends."""

    async def repeat(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while content := await reader.read(65536):
            writer.write(content)
            await writer.drain()
        writer.close()

    server = await asyncio.start_server(repeat, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1]


async def test_bytes_go_there_and_back_and_both_ends_are_told(client: Client, echo: int) -> None:
    stream = await client.connect(0, echo)
    await client.send(spdy.data(stream, b"hello "))
    await client.send(spdy.data(stream, b"pod", last=True))
    assert await client.until_last(stream) == b"hello pod"
    assert await client.until_last(stream - 2) == b""


async def test_connections_do_not_mix(client: Client, echo: int) -> None:
    streams = [await client.connect(number, echo) for number in range(20)]
    for stream in streams:
        await client.send(spdy.data(stream, str(stream).encode(), last=True))
    assert [await client.until_last(stream) for stream in streams] == [str(stream).encode() for stream in streams]


async def test_a_port_that_nobody_listens_on_is_told(client: Client) -> None:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    stream = await client.connect(0, port)
    said = (await client.until_last(stream - 2)).decode()
    assert f"127.0.0.1:{port}" in said and "refused" in said


async def test_a_stream_without_its_errors_is_reset(client: Client, echo: int) -> None:
    await client.send(client._writer.open(1, {"streamType": "data", "port": str(echo), "requestID": "9"}))
    await client.send(client._writer.open(3, {"streamType": "error", "port": "none", "requestID": "9"}))
    while len([each for each in client.frames if isinstance(each, spdy.Reset)]) < 2:
        client.frames += client._reader.feed(await client._websocket.receive_bytes())


async def test_a_ping_is_answered_and_nonsense_ends_it(client: Client) -> None:
    await client.send(spdy.ping(7))
    assert list(client._reader.feed(await client._websocket.receive_bytes())) == [spdy.Ping(7)]
    await client.send(b"\x80\x02\0\1\0\0\0\0")
    assert (await client._websocket.receive()).type is aiohttp.WSMsgType.CLOSE
