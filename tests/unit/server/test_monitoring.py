from asyncio import Transport

from aiohttp import ClientSession, web
from aiohttp.test_utils import TestClient, TestServer, make_mocked_request

from lateen.server.monitoring import MonitoringServer, ReadyServer, _local_debug


async def test_ready_says_what_is_missing() -> None:
    missing = "Pod"
    server = ReadyServer(lambda: missing, 0)
    await server.start()
    try:
        port = next(port for host, port, *_ in server._runner.addresses if ":" not in host)
        async with ClientSession() as session:
            async with session.get(f"http://127.0.0.1:{port}/ready") as answer:
                assert (answer.status, await answer.text()) == (503, "Pod\n")
            missing = ""
            async with session.get(f"http://127.0.0.1:{port}/ready") as answer:
                assert answer.status == 200
    finally:
        await server.stop()


async def test_windows_open_on_the_pods_own_loopback_alone() -> None:
    async def window(_: web.Request) -> web.Response:
        return web.Response(text="seen")

    def app() -> web.Application:
        made = web.Application()
        made.router.add_get("/debug/x", window)
        MonitoringServer(made)
        return made

    async with TestClient(TestServer(app())) as near:
        assert await (await near.get("/debug/x")).text() == "seen"
        assert (await near.get("/version")).status == 200
    elsewhere = make_mocked_request("GET", "/debug/x", transport=_From("10.0.0.9"))
    assert (await _local_debug(elsewhere, window)).status == 403
    assert (
        await _local_debug(make_mocked_request("GET", "/version", transport=_From("10.0.0.9")), window)
    ).status == 200


class _From(Transport):
    def __init__(self, address: str) -> None:
        super().__init__({"peername": (address, 1)})
