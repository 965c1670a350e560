"""A server that is killed at any instant has lost no write that it acknowledged, and its store is readable."""

import asyncio
import contextlib
import random
import sqlite3
import sys
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
import msgspec

sys.path.insert(0, str(Path(__file__).parents[1] / "support"))

import apiserver_process
from apiservers import NODE, config_map

from lateen.apiserver.credentials import ADMIN, load_credentials

ROUNDS, WRITERS, SECONDS = 30, 8, 20.0
PATH = "/api/v1/namespaces/default/configmaps"


@dataclass
class Writer:
    """Writes 1, 2, 3 … into an object of its own; `acknowledged`: (revision, value) of what was answered."""

    name: str
    value: int = 0
    exists: bool = False
    acknowledged: list[tuple[int, int]] = field(default_factory=list)

    async def write(self, session: aiohttp.ClientSession) -> None:
        """Write until the server dies."""
        with contextlib.suppress(aiohttp.ClientError, ConnectionError):
            while True:
                await self._step(session)

    async def _step(self, session: aiohttp.ClientSession) -> None:
        self.value += 1
        body = config_map(self.name, {"value": str(self.value)})
        sent = session.put(f"{PATH}/{self.name}", json=body) if self.exists else session.post(PATH, json=body)
        async with sent as answer:
            raw = await answer.json()
            self.exists = True
            if answer.status != 409:  # 409: it was created, but the server died before it said so
                assert answer.status in (200, 201), raw
                self.acknowledged.append((int(raw["metadata"]["resourceVersion"]), self.value))


async def test_no_acknowledged_write_is_lost_whenever_the_server_is_killed(tmp_path: Path) -> None:
    seed, loop = random.randrange(2**32), asyncio.get_running_loop()
    chance, end, rounds = random.Random(seed), loop.time() + SECONDS, 0
    writers = [Writer(f"writer-{number}") for number in range(WRITERS)]
    while rounds < ROUNDS and (loop.time() < end or rounds < 5):
        await _run(tmp_path, writers, chance.uniform(0.0, 0.4))
        _check(tmp_path, writers, f"seed {seed}, round {rounds}")
        rounds += 1
    assert sum(len(writer.acknowledged) for writer in writers) > 10 * rounds


async def _run(folder: Path, writers: list[Writer], seconds: float) -> None:
    """Serve, write for some time, and kill the server in the midst of it."""
    token = load_credentials(folder / "pki", node=NODE).tokens[ADMIN].reveal().decode()
    process, url = apiserver_process.start(folder)
    try:
        async with aiohttp.ClientSession(url, headers={"Authorization": f"Bearer {token}"}) as session:
            async with asyncio.timeout(30), session.get(PATH) as answer:
                assert answer.status == 200
            writing = asyncio.gather(*(writer.write(session) for writer in writers))
            await asyncio.wait([writing], timeout=seconds)
            process.kill()
            async with asyncio.timeout(10):
                await writing
    finally:
        process.kill()
        process.wait()


def _check(folder: Path, writers: list[Writer], when: str) -> None:
    """The file is whole; its history tells every acknowledged write, in order."""
    with contextlib.closing(sqlite3.connect(folder / "api.db")) as db:
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",), when
        rows = db.execute("SELECT rv, name, body FROM versions WHERE resource = 'configmaps' ORDER BY rv").fetchall()
        floor = db.execute("SELECT value FROM counters WHERE name = 'floor'").fetchone()[0]
    values_of = {(rv, name): int(msgspec.json.decode(body)["data"]["value"]) for rv, name, body in rows}
    for writer in writers:
        kept = [told for told in writer.acknowledged if told[0] > floor]  # older versions are forgotten, as history is
        missing = [told for told in kept if values_of.get((told[0], writer.name)) != told[1]]
        assert not missing, f"{writer.name} lost {missing} ({when})"
        values = [value for (_, name), value in values_of.items() if name == writer.name]
        assert values == sorted(set(values)), f"{writer.name} is out of order: {values} ({when})"
        assert not writer.acknowledged or writer.acknowledged[-1][1] <= values[-1] <= writer.value, when
