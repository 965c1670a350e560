from collections.abc import AsyncIterator

import aiohttp
import pytest
from aiohttp import web

from lateen.base.clock import FakeClock
from lateen.base.tasks import until
from lateen.runtime.upgrade import KNOCK, upgraded


class Window:
    """A server of one WebSocket; `left`: its handler has ended."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.left = False
        self.read = True
        self.url = ""

    async def answer(self, request: web.Request) -> web.StreamResponse:
        try:
            async with upgraded(request, ("b", "a"), self.clock) as socket:
                await socket.send_str(socket.ws_protocol or "")
                if self.read:
                    async for _ in socket:
                        pass
                else:
                    await self.clock.sleep(1e9)
                return socket
        finally:
            self.left = True


@pytest.fixture
async def window() -> AsyncIterator[Window]:
    made = Window()
    app = web.Application()
    app.router.add_get("/", made.answer)
    runner = web.AppRunner(app, handler_cancellation=True)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    made.url = f"http://127.0.0.1:{runner.addresses[0][1]}/"
    yield made
    await runner.cleanup()


async def test_the_clients_first_known_protocol_is_spoken(window: Window) -> None:
    async with aiohttp.ClientSession() as session, session.ws_connect(window.url, protocols=("x", "a", "b")) as socket:
        assert (socket.protocol, await socket.receive_str()) == ("a", "a")


async def test_a_request_for_something_else_is_told_what_to_ask_for(window: Window) -> None:
    async with aiohttp.ClientSession() as session:
        async with session.get(window.url) as answer:
            assert answer.status == 426 and "speaks b or a" in await answer.text()
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            await session.ws_connect(window.url, protocols=("x",))
        assert refused.value.status == 400


async def test_a_client_that_is_gone_is_noticed_also_while_nobody_reads(window: Window) -> None:
    window.read = False
    async with aiohttp.ClientSession() as session:
        socket = await session.ws_connect(window.url, protocols=("a",))
        await socket.receive_str()
        response = socket._response
        assert response.connection is not None and response.connection.transport is not None
        response.connection.transport.abort()

    def knocked() -> bool:
        window.clock.advance(KNOCK)
        return window.left

    await until(knocked, seconds=10, what="the end of the handler")
