"""Against real servers on this machine's loopback, which the guard is told to allow."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from aiohttp import web

from lateen.sources.fetch import Fetcher, FetchError
from lateen.sources.guard import Guard

HERE = "127.0.0.1"


class Server:
    """Answers by path; `heard`: the headers of each request."""

    def __init__(self) -> None:
        self.port = 0
        self.heard: list[dict[str, str]] = []
        self.release = asyncio.Event()

    def url(self, path: str, host: str = HERE) -> str:
        return f"http://{host}:{self.port}{path}"

    async def answer(self, request: web.Request) -> web.StreamResponse:
        self.heard.append({name.lower(): value for name, value in request.headers.items()})
        match request.path:
            case "/keys":
                return web.Response(text="some keys", headers={"Cache-Control": "max-age=7"})
            case "/loop":
                raise web.HTTPFound("/loop")
            case "/onward":
                raise web.HTTPTemporaryRedirect(request.query["to"])
            case "/slow":
                await self.release.wait()
            case "/endless":
                response = web.StreamResponse()
                await response.prepare(request)
                for _ in range(100):
                    await response.write(b"x" * 100)
                return response
        return web.Response(status=404)


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    made, app = Server(), web.Application()
    app.router.add_get("/{path:.*}", made.answer)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, HERE, 0)
    await site.start()
    made.port = runner.addresses[0][1]
    yield made
    made.release.set()
    await runner.cleanup()


@pytest.fixture
def fetcher() -> Fetcher:
    return Fetcher(Guard(allowed=[f"{HERE}/32"]))


async def test_what_is_there_is_fetched_with_its_headers(server: Server, fetcher: Fetcher) -> None:
    found = await fetcher.get(server.url("/keys"), limit=100, headers={"Accept": "application/json"})
    assert (found.body, found.headers["cache-control"], found.url) == (b"some keys", "max-age=7", server.url("/keys"))
    assert server.heard[0]["accept"] == "application/json"


async def test_an_address_is_judged_whatever_names_it(server: Server) -> None:
    strict = Fetcher(Guard())
    for host in (HERE, "localhost", "[::1]", "[::ffff:127.0.0.1]", "0x7f000001"):
        with pytest.raises(FetchError, match="loopback address: it is not fetched from"):
            await strict.get(server.url("/keys", host), limit=100)
    assert not server.heard


async def test_redirects_are_followed_to_addresses_that_are_not_refused(server: Server, fetcher: Fetcher) -> None:
    assert (await fetcher.get(server.url("/onward?to=/keys"), limit=100)).body == b"some keys"
    with pytest.raises(FetchError, match=r"127\.0\.0\.2 is a loopback address"):
        await fetcher.get(server.url(f"/onward?to={server.url('/keys', '127.0.0.2')}"), limit=100)
    with pytest.raises(FetchError, match="redirects to file: that is not followed"):
        await fetcher.get(server.url("/onward?to=file:///etc/passwd"), limit=100)
    with pytest.raises(FetchError, match="redirects more than 5 times"):
        await fetcher.get(server.url("/loop"), limit=100)


async def test_credentials_stay_with_the_host_they_are_for(server: Server, fetcher: Fetcher) -> None:
    headers = {"Authorization": "Bearer x"}
    await fetcher.get(server.url("/onward?to=/keys"), limit=100, headers=headers)
    assert [each.get("authorization") for each in server.heard] == ["Bearer x", "Bearer x"]
    await fetcher.get(server.url(f"/onward?to={server.url('/keys', 'localhost')}"), limit=100, headers=headers)
    assert [each.get("authorization") for each in server.heard[2:]] == ["Bearer x", None]


@pytest.mark.parametrize("path", ["/endless", "/keys"])
async def test_no_more_is_read_than_the_limit(server: Server, fetcher: Fetcher, path: str) -> None:
    with pytest.raises(FetchError, match="sends more than 5 bytes"):
        await fetcher.get(server.url(path), limit=5)


async def test_other_answers_and_none_are_errors(server: Server, fetcher: Fetcher) -> None:
    with pytest.raises(FetchError, match="answers 404") as error:
        await fetcher.get(server.url("/else"), limit=100)
    assert error.value.status == 404
    with pytest.raises(FetchError, match=r"does not answer within 0\.2 s"):
        await fetcher.get(server.url("/slow"), limit=100, seconds=0.2)
    with pytest.raises(FetchError, match=r"http://none\.invalid/"):
        await fetcher.get("http://none.invalid/", limit=100)
    with pytest.raises(FetchError):
        await fetcher.get("ftp://127.0.0.1/", limit=100)
