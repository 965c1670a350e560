import asyncio
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import msgspec
import pytest
from aiohttp import web
from apiservers import CONFIG_MAP, config_map
from servers import answering, refusal, status, stream

from lateen.sources.client import ApiError
from lateen.sources.listwatch import Scope, split_lines


def items(*names: str) -> list[dict[str, Any]]:
    return [config_map(name) for name in names]


async def test_a_list_comes_in_pages_and_asks_for_metadata_only_where_that_is_all_that_is_wanted() -> None:
    asked: list[tuple[str, str | None]] = []

    async def answer(request: web.Request) -> web.StreamResponse:
        asked.append((request.headers["Accept"], request.query.get("continue")))
        more = {} if "continue" in request.query else {"continue": "next"}
        return web.json_response({"metadata": {"resourceVersion": "5"} | more, "items": items("a") if more else None})

    async with answering(answer) as client:
        scope = Scope(metadata_only=True)
        pages = [page async for page in client.pages(CONFIG_MAP, scope)]
    assert [len(page.items) for page in pages] == [1, 0] and pages[-1].resource_version == "5"
    assert asked == [(scope.accept("List"), None), (scope.accept("List"), "next")] and "MetadataList;" in asked[0][0]


async def test_a_list_that_outlives_its_pages_is_read_in_one() -> None:
    async def answer(request: web.Request) -> web.StreamResponse:
        if "continue" in request.query:
            return refusal(410, "Expired")
        more = {"continue": "next"} if "limit" in request.query else {}
        return web.json_response({"metadata": {"resourceVersion": "5"} | more, "items": items("a", "b")})

    async with answering(answer) as client:
        assert len((await client.list(CONFIG_MAP)).items) == 2


async def test_an_error_within_a_watch_is_raised() -> None:
    async def answer(request: web.Request) -> web.StreamResponse:
        return await stream(request, ("ADDED", config_map("a")), ("ERROR", status(410, "Expired")))

    async with answering(answer) as client:
        lines = client.lines(CONFIG_MAP, "1", Scope())
        first = await anext(lines)
        assert first.type == "ADDED" and msgspec.json.decode(first.object) == config_map("a")
        with pytest.raises(ApiError) as failed:
            await anext(lines)
    assert failed.value.gone


async def test_a_silent_watch_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lateen.sources.listwatch.SILENCE", 0.1)

    async def answer(request: web.Request) -> web.StreamResponse:
        response = await stream(request, ("ADDED", config_map("a")))
        await asyncio.Event().wait()
        return response

    async with answering(answer) as client:
        with pytest.raises(aiohttp.SocketTimeoutError):
            async for _ in client.lines(CONFIG_MAP, "1", Scope()):
                pass


async def test_lines_are_whole_however_they_arrive() -> None:
    chunks = (b"on", b"e\ntwo\n\nth", b"r", b"ee\n", b"cut short")

    class Stream:
        async def iter_any(self) -> AsyncIterator[bytes]:
            for chunk in chunks:
                yield chunk

    found = [line async for line in split_lines(Stream())]  # type: ignore[arg-type]
    assert found == [b"one", b"two", b"three"]
