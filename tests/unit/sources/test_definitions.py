import asyncio
from typing import Any

import pytest
from aiohttp import web
from apiservers import VIRTUAL_SERVICE
from servers import answering, refusal, stream

from lateen.base.clock import SystemClock
from lateen.base.tasks import cancel, spawn, until
from lateen.sources.definitions import follow_definitions
from lateen.sources.served import Catalog


def definition(name: str, version: str) -> dict[str, Any]:
    return {"metadata": {"name": name, "uid": name, "resourceVersion": version}}


class Listening(Catalog):
    expected: frozenset[str] | None = None

    def expect(self, resources: Any) -> None:
        self.expected = frozenset(resources)


@pytest.fixture
def catalog() -> Listening:
    return Listening(None, [VIRTUAL_SERVICE], SystemClock())  # type: ignore[arg-type]


async def test_the_catalog_is_told_which_definitions_there_are(catalog: Listening) -> None:
    later: asyncio.Queue[tuple[str, Any]] = asyncio.Queue()

    async def answer(request: web.Request) -> web.StreamResponse:
        assert "PartialObjectMetadata" in request.headers["Accept"]
        if "watch" not in request.query:
            return web.json_response({"metadata": {"resourceVersion": "1"}, "items": [definition("a.x", "1")]})
        response = await stream(request)
        while True:
            await response.write(await stream_line(*await later.get()))

    async with answering(answer) as client:
        running = spawn(follow_definitions(client, catalog, SystemClock()), name="definitions")
        await until(lambda: catalog.expected == {"a.x"}, seconds=10, what="the list")
        later.put_nowait(("ADDED", definition("b.x", "2")))
        await until(lambda: catalog.expected == {"a.x", "b.x"}, seconds=10, what="the new one")
        catalog.expected = None
        later.put_nowait(("MODIFIED", definition("b.x", "3")))  # established, now
        await until(lambda: catalog.expected == {"a.x", "b.x"}, seconds=10, what="the changed one")
        later.put_nowait(("DELETED", definition("a.x", "4")))
        await until(lambda: catalog.expected == {"b.x"}, seconds=10, what="the old one gone")
        await cancel(running)


async def stream_line(type_: str, raw: Any) -> bytes:
    import msgspec

    return msgspec.json.encode({"type": type_, "object": raw}) + b"\n"


async def test_where_there_are_no_definitions_every_kind_is_expected(catalog: Listening) -> None:
    async def answer(request: web.Request) -> web.StreamResponse:
        return refusal(404, "NotFound")

    async with answering(answer) as client:
        running = spawn(follow_definitions(client, catalog, SystemClock()), name="definitions")
        await until(lambda: catalog.expected == {VIRTUAL_SERVICE.resource}, seconds=10, what="all kinds")
        await cancel(running)
