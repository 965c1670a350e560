"""Two electors over a real API server, in time that the test turns."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from apiservers import served
from servers import answering, refusal

from lateen.apiserver.credentials import ISTIOD
from lateen.base.clock import FakeClock
from lateen.base.refs import Key
from lateen.base.tasks import cancel, spawn, until
from lateen.sources.client import Client
from lateen.sources.lease import LEASE, Elector

KEY = Key("default", "lateen-leader")


class Candidate:
    """An elector whose clock is its own: it may stand still, or be years off."""

    def __init__(self, client: Client, name: str, start: float = 1_700_000_000.0) -> None:
        self.clock = FakeClock(start)
        self.elector = Elector(client, KEY, name, self.clock)
        self.task = spawn(self.elector.run(), name=name)

    async def tried(self) -> None:
        await until(lambda: self.clock.sleeping, seconds=10, what="a try")

    async def turn(self, seconds: float) -> None:
        """Let time pass in steps, each with the tries that fall into it."""
        for _ in range(round(seconds / 2.5)):
            await self.tried()
            self.clock.advance(2.5)
        await self.tried()


@asynccontextmanager
async def two(folder: Path, **options: Any) -> AsyncIterator[tuple[Candidate, Candidate, Client]]:
    async with served(folder) as server, server.client(ISTIOD) as client, server.client() as admin:
        one = Candidate(client, "one")
        await one.tried()
        other = Candidate(client, "two", **options)
        await other.tried()
        try:
            yield one, other, admin
        finally:
            await cancel(one.task, other.task)


async def test_one_leads_and_the_lease_says_who(tmp_path: Path) -> None:
    async with two(tmp_path) as (one, other, admin):
        assert one.elector.leading and not other.elector.leading and other.elector.holder == "one"
        spec = (await admin.get(LEASE, KEY))["spec"]
        assert (spec["holderIdentity"], spec["leaseDurationSeconds"], spec["leaseTransitions"]) == ("one", 15, 0)
        await one.turn(30)
        later = (await admin.get(LEASE, KEY))["spec"]
        assert one.elector.leading and later["renewTime"] > spec["renewTime"]
        assert later["acquireTime"] == spec["acquireTime"]


async def test_a_leader_that_stops_gives_the_lease_back(tmp_path: Path) -> None:
    async with two(tmp_path) as (one, other, admin):
        await cancel(one.task)
        assert not one.elector.leading and (await admin.get(LEASE, KEY))["spec"]["holderIdentity"] == ""
        waits = spawn(other.elector.won(), name="won")
        await other.turn(2.5)
        await waits
        assert other.elector.leading and (await admin.get(LEASE, KEY))["spec"]["leaseTransitions"] == 1


@pytest.mark.parametrize("start", [1_600_000_000.0, 1_800_000_000.0])
async def test_a_leader_that_hangs_is_followed_after_the_lease_whatever_the_clocks_say(
    tmp_path: Path, start: float
) -> None:
    async with two(tmp_path, start=start) as (one, other, _):
        await other.turn(12.5)
        assert not other.elector.leading
        one.clock.advance(0)  # it hangs: no try, though time passes
        await other.turn(5)
        assert other.elector.leading


async def test_who_could_not_renew_leads_no_more_before_another_can(tmp_path: Path) -> None:
    async with two(tmp_path) as (one, _, _), Client("http://127.0.0.1:1") as nowhere:
        one.elector._client = nowhere
        await one.turn(7.5)
        assert one.elector.leading
        await one.turn(2.5)
        assert not one.elector.leading


async def test_who_lost_the_lease_to_another_leads_no_more_at_once(tmp_path: Path) -> None:
    async with two(tmp_path) as (one, _, admin):
        found = await admin.get(LEASE, KEY)
        await admin.replace(LEASE, found | {"spec": found["spec"] | {"holderIdentity": "three"}})
        await one.turn(2.5)
        assert not one.elector.leading and one.elector.holder == "three"
        await cancel(one.task)
        assert (await admin.get(LEASE, KEY))["spec"]["holderIdentity"] == "three"


async def test_of_two_that_write_at_once_one_wins() -> None:
    """The server's 409 decides, as with a lease that both found free."""

    async def answer(request: web.Request) -> web.StreamResponse:
        return refusal(404, "NotFound") if request.method == "GET" else refusal(409, "AlreadyExists")

    async with answering(answer) as client:
        late = Candidate(client, "late")
        await late.tried()
        assert not late.elector.leading
        await cancel(late.task)


async def test_a_server_that_says_nothing_is_no_renewal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lateen.sources.lease.DEADLINE", 0.2)

    async def answer(request: web.Request) -> web.StreamResponse:
        await asyncio.Event().wait()
        raise AssertionError

    async with answering(answer) as client:
        alone = Candidate(client, "alone")
        await alone.tried()
        assert not alone.elector.leading
        await cancel(alone.task)
