"""`lateen proxy-status` shows what the control plane says of its proxies."""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from aiohttp import web
from click.testing import Result

from lateen.app.settings import Settings

PROXIES = [
    {"proxy": "web-1.default", "cluster": "Kubernetes", "istiod": "istiod", "version": "1",
     "types": {"CDS": {"state": "SYNCED"}, "LDS": {"state": "STALE"}, "NDS": {"state": "SYNCED"}}},
    {"proxy": "bad-1.default", "cluster": "Kubernetes", "istiod": "istiod", "version": "1",
     "types": {"RDS": {"state": "ERROR", "nacks": {"80": "Invalid duration"}}}},
    {"proxy": "api-1.default", "cluster": "Kubernetes", "istiod": "istiod", "version": "1", "types": {}},
]  # fmt: skip


@pytest.fixture
async def istiod(settings: Settings) -> AsyncIterator[None]:
    async def syncz(request: web.Request) -> web.Response:
        return web.json_response(PROXIES)

    app = web.Application()
    app.router.add_get("/debug/syncz", syncz)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.UnixSite(runner, str(settings.istiod_socket)).start()
    yield
    await runner.cleanup()


async def rows(lateen: Callable[..., Result], *arguments: str) -> list[list[str]]:
    said = await asyncio.to_thread(lateen, "proxy-status", *arguments)
    return [re.split(r" {3,}", line) for line in said.stdout.splitlines()]


@pytest.mark.usefixtures("istiod")
async def test_proxies_are_listed_by_name_with_the_types_they_asked_for(lateen: Callable[..., Result]) -> None:
    assert await rows(lateen) == [
        ["NAME", "CLUSTER", "ISTIOD", "VERSION", "SUBSCRIBED TYPES"],
        ["api-1.default", "Kubernetes", "istiod", "1", "0"],
        ["bad-1.default", "Kubernetes", "istiod", "1", "1 (RDS)"],
        ["web-1.default", "Kubernetes", "istiod", "1", "2 (CDS,LDS)"],
        [""],
        ["bad-1.default refused RDS 80: Invalid duration"],
    ]


@pytest.mark.usefixtures("istiod")
async def test_more_words_show_the_state_of_each_type(lateen: Callable[..., Result]) -> None:
    table = await rows(lateen, "-v")
    assert table[0] == ["NAME", "CLUSTER", "CDS", "LDS", "EDS", "RDS", "ISTIOD", "VERSION"]
    assert table[1][2:6] == ["IGNORED"] * 4
    assert table[2][2:6] == ["IGNORED", "IGNORED", "IGNORED", "ERROR"]
    assert table[3][2:6] == ["SYNCED", "STALE", "IGNORED", "IGNORED"]
    assert table[-1] == ["bad-1.default refused RDS 80: Invalid duration"]


@pytest.mark.usefixtures("istiod")
async def test_json_is_the_control_planes_own_answer(lateen: Callable[..., Result]) -> None:
    said: Any = await asyncio.to_thread(lateen, "proxy-status", "-o", "json")
    assert json.loads(said.stdout) == PROXIES
