"""Fifty watchers and two hundred writes a second, for a bounded time: nothing is lost, nothing out of order."""

import asyncio
import sys
from collections import defaultdict
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "support"))

import apiserver_process
from apiservers import CONFIG_MAP, NODE, config_map

from lateen.apiserver.credentials import ADMIN, load_credentials
from lateen.base.redacted import Redacted
from lateen.base.tasks import cancel, spawn, until
from lateen.sources.client import Client

WATCHERS, OBJECTS, PER_SECOND, SECONDS = 50, 20, 200, 6
WRITES = PER_SECOND * SECONDS


async def test_fifty_watchers_see_every_write_in_order(tmp_path: Path) -> None:
    token = load_credentials(tmp_path / "pki", node=NODE).tokens[ADMIN]
    process, url = apiserver_process.start(tmp_path)
    try:
        await _load(url, token)
    finally:
        process.kill()
        process.wait()


async def _load(url: str, token: Redacted) -> None:
    async with Client(url, token=token) as client:
        for number in range(OBJECTS):
            await client.create(CONFIG_MAP, config_map(f"object-{number}", {"value": "0"}))
        since = (await client.list(CONFIG_MAP, "default")).resource_version
        seen: list[dict[str, list[int]]] = [defaultdict(list) for _ in range(WATCHERS)]
        watchers = [spawn(_watch(client, since, each), name="a watcher") for each in seen]
        try:
            wanted = await _write(client)
            whole = sum(map(len, wanted.values()))
            await until(
                lambda: all(sum(map(len, each.values())) >= whole for each in seen), seconds=30, what="every event"
            )
        finally:
            await cancel(*watchers)
    assert all(dict(each) == wanted for each in seen)


async def _watch(client: Client, since: str, seen: dict[str, list[int]]) -> None:
    async for event in client.watch(CONFIG_MAP, since, namespace="default"):
        if event.type == "MODIFIED":
            seen[event.object["metadata"]["name"]].append(int(event.object["data"]["value"]))


async def _write(client: Client) -> dict[str, list[int]]:
    """Write every object in turn, at the pace that is wanted; returns the values by object, in order."""
    loop, wanted = asyncio.get_running_loop(), defaultdict(list)
    begin = loop.time()
    for number in range(WRITES):
        name = f"object-{number % OBJECTS}"
        value = len(wanted[name]) + 1
        await client.replace(CONFIG_MAP, config_map(name, {"value": str(value)}))
        wanted[name].append(value)
        if (early := begin + (number + 1) / PER_SECOND - loop.time()) > 0:
            await asyncio.sleep(early)
    return dict(wanted)
