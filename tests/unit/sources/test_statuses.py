"""Statuses at a real API server, in time that the test turns."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from aiohttp import web
from apiservers import VIRTUAL_SERVICE, default, served, virtual_service
from servers import answering, refusal

from lateen.apiserver.credentials import ISTIOD
from lateen.base.clock import FakeClock, SystemClock
from lateen.base.refs import Key
from lateen.base.tasks import cancel, spawn, until, until_seen
from lateen.sources.client import Client
from lateen.sources.lease import Elector
from lateen.sources.statuses import Place, Statuses, Wanted, beside_others, dated, said

PLACE = Place(VIRTUAL_SERVICE, default("v"))


def wanted(uid: str, status: str = "True", generation: int = 1) -> Wanted:
    condition = {"type": "Accepted", "status": status, "observedGeneration": generation}
    return Wanted(uid, "networking.istio.io/v1", {"observedGeneration": generation, "conditions": [condition]})


@asynccontextmanager
async def writing(client: Client, *, lead: bool = True) -> AsyncIterator[Statuses]:
    elector = Elector(client, Key("default", "leader"), "me", SystemClock())
    made = Statuses(client, elector, SystemClock())
    tasks = [spawn(made.run(), name="statuses")] + ([spawn(elector.run(), name="elector")] if lead else [])
    try:
        yield made
    finally:
        await cancel(*tasks)


async def test_what_differs_is_written_once_and_changes_nothing_else(tmp_path: Path) -> None:
    async with served(tmp_path) as server, server.client(ISTIOD) as client, server.client() as admin:
        before = await admin.create(VIRTUAL_SERVICE, virtual_service("v"))
        async with writing(client) as statuses:
            statuses.want(PLACE, wanted(before["metadata"]["uid"], "False"))
            statuses.want(PLACE, wanted(before["metadata"]["uid"]))
            await until(lambda: statuses.written, seconds=10, what="the write")
            after = await admin.get(VIRTUAL_SERVICE, PLACE.key)
            assert after["spec"] == before["spec"] and after["metadata"]["generation"] == 1
            assert [each["status"] for each in after["status"]["conditions"]] == ["True"]
            statuses.saw(PLACE, after["status"])
            statuses.want(PLACE, wanted(before["metadata"]["uid"]))
            assert statuses.written == 1 and not statuses._due


async def test_what_another_wrote_over_is_written_again(tmp_path: Path) -> None:
    async with served(tmp_path) as server, server.client(ISTIOD) as client, server.client() as admin:
        before = await admin.create(VIRTUAL_SERVICE, virtual_service("v"))
        async with writing(client) as statuses:
            statuses.want(PLACE, wanted(before["metadata"]["uid"]))
            await until(lambda: statuses.written == 1, seconds=10, what="the write")
            changed = await admin.update_status(VIRTUAL_SERVICE, before | {"status": {"observedGeneration": 7}, "metadata": before["metadata"] | {"resourceVersion": ""}})  # fmt: skip
            statuses.saw(PLACE, changed["status"])
            await until(lambda: statuses.written == 2, seconds=10, what="the second write")
            assert (await admin.get(VIRTUAL_SERVICE, PLACE.key))["status"]["observedGeneration"] == 1


async def test_who_does_not_lead_writes_nothing_until_it_does(tmp_path: Path) -> None:
    async with served(tmp_path) as server, server.client(ISTIOD) as client, server.client() as admin:
        uid = (await admin.create(VIRTUAL_SERVICE, virtual_service("v")))["metadata"]["uid"]
        async with writing(client, lead=False) as statuses:
            statuses.want(PLACE, wanted(uid))
            leading = spawn(statuses._elector.run(), name="elector")
            await until(lambda: statuses.written, seconds=10, what="the write")
            await cancel(leading)


async def test_another_object_under_the_name_is_left_alone(tmp_path: Path) -> None:
    async with served(tmp_path) as server, server.client(ISTIOD) as client, server.client() as admin:
        await admin.create(VIRTUAL_SERVICE, virtual_service("v"))
        async with writing(client) as statuses:
            statuses.want(PLACE, wanted("another uid"))
            await until(lambda: statuses._failures, seconds=10, what="the refusal")
            assert "status" not in await admin.get(VIRTUAL_SERVICE, PLACE.key)
            statuses.forget(PLACE)
            assert not statuses._failures


async def test_a_failed_write_is_tried_again_later() -> None:
    writes: list[Any] = []

    async def answer(request: web.Request) -> web.StreamResponse:
        if "leases" in request.path:
            return web.json_response({"metadata": {"name": "leader"}, "spec": {}})
        writes.append(await request.json())
        return refusal(500) if len(writes) < 3 else web.json_response({})

    async with answering(answer) as client:
        clock = FakeClock()
        elector = Elector(client, Key("default", "leader"), "me", SystemClock())
        statuses = Statuses(client, elector, clock)
        tasks = [spawn(elector.run(), name="elector"), spawn(statuses.run(), name="statuses")]
        statuses.want(PLACE, wanted("u"))

        async def turned() -> bool:
            clock.advance(1)
            return bool(statuses.written)

        await until_seen(turned, seconds=10, what="the third try")
        assert len(writes) == 3 and writes[0]["metadata"]["uid"] == "u"
        await cancel(*tasks)


def test_what_is_said_does_not_depend_on_when_it_began() -> None:
    status = wanted("u").status
    now = dated(status, {}, "now")
    assert now["conditions"][0]["lastTransitionTime"] == "now" and said(now) == said(status)
    later = dated(status | {"observedGeneration": 2}, now, "later")
    assert later["conditions"][0]["lastTransitionTime"] == "now"
    assert dated(wanted("u", "False").status, now, "later")["conditions"][0]["lastTransitionTime"] == "later"


def test_conditions_of_others_are_kept_and_are_no_difference() -> None:
    status, healthy = wanted("u").status, {"type": "Healthy", "status": "False", "lastTransitionTime": "then"}
    before = status | {"conditions": [healthy]}
    now = dated(status, before, "now")
    assert [one["type"] for one in now["conditions"]] == ["Accepted", "Healthy"] and now["conditions"][1] == healthy
    assert said(beside_others(status, now)) == said(status) != said(beside_others(status, before))
    assert beside_others({"addresses": []}, before) == before
