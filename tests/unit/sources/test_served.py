from pathlib import Path

import pytest
from aiohttp import web
from apiservers import CONFIG_MAP, VIRTUAL_SERVICE, served
from servers import answering, refusal

from lateen.base.clock import FakeClock, SystemClock
from lateen.base.tasks import cancel, spawn, until
from lateen.kinds.all import KINDS
from lateen.sources.client import Client
from lateen.sources.served import Always, Catalog

GROUP = "networking.istio.io"


class Cluster:
    """What discovery says; `asked` counts looks."""

    def __init__(self) -> None:
        self.versions: dict[str, list[str]] = {}
        self.asked = 0

    async def answer(self, request: web.Request) -> web.StreamResponse:
        match request.path.strip("/").split("/"):
            case ["apis"]:
                self.asked += 1
                versions = [{"version": version} for version in self.versions]
                return web.json_response({"groups": [{"name": GROUP, "versions": versions}] if versions else []})
            case ["api", "v1"]:
                return web.json_response({"resources": [{"name": "configmaps"}]})
            case ["apis", _, version] if version in self.versions:
                return web.json_response({"resources": [{"name": name} for name in self.versions[version]]})
        return refusal(404, "NotFound")


async def test_always_takes_what_was_missed_for_there_after_a_while() -> None:
    clock = FakeClock()
    serving = Always(clock, 5)
    assert await serving.version(VIRTUAL_SERVICE) == VIRTUAL_SERVICE.versions[0]
    serving.missed(VIRTUAL_SERVICE)
    assert await serving.version(VIRTUAL_SERVICE) == ""
    waits = spawn(serving.changed(VIRTUAL_SERVICE), name="changed")
    await until(lambda: clock.sleeping, seconds=5, what="the wait")
    clock.advance(5)
    await waits
    assert await serving.version(VIRTUAL_SERVICE)


@pytest.fixture
def cluster() -> Cluster:
    return Cluster()


async def test_a_kind_is_found_when_its_definition_comes_and_lost_when_it_goes(cluster: Cluster) -> None:
    async with answering(cluster.answer) as client:
        catalog = Catalog(client, [CONFIG_MAP, VIRTUAL_SERVICE], SystemClock())
        running = spawn(catalog.run(), name="catalog")
        assert await catalog.version(CONFIG_MAP) == "v1" and await catalog.version(VIRTUAL_SERVICE) == ""
        waits = spawn(catalog.changed(VIRTUAL_SERVICE), name="changed")
        catalog.expect([VIRTUAL_SERVICE.resource])
        await until(lambda: cluster.asked > 2, seconds=10, what="another look")
        assert not waits.done()
        cluster.versions["v1beta1"] = ["virtualservices"]
        await waits
        assert await catalog.version(VIRTUAL_SERVICE) == "v1beta1"
        cluster.versions["v1"] = ["virtualservices", "gateways"]
        catalog.expect([VIRTUAL_SERVICE.resource])
        await until(lambda: catalog.versions.get(VIRTUAL_SERVICE) == "v1", seconds=10, what="the better version")
        cluster.versions.clear()
        catalog.missed(VIRTUAL_SERVICE)
        assert await catalog.version(VIRTUAL_SERVICE) == ""
        await cancel(running)


async def test_nobody_is_asked_while_nothing_changes(cluster: Cluster) -> None:
    clock = FakeClock()
    async with answering(cluster.answer) as client:
        catalog = Catalog(client, [VIRTUAL_SERVICE], clock)
        running = spawn(catalog.run(), name="catalog")
        await catalog.version(VIRTUAL_SERVICE)
        assert cluster.asked == 1 and not clock.sleeping
        catalog.expect([VIRTUAL_SERVICE.resource])
        pauses = []
        for looks in range(2, 12):
            await until(lambda: clock.sleeping, seconds=5, what="the pause")
            assert cluster.asked == looks
            begun = clock.now()
            while clock.sleeping:
                clock.advance(0.1)
            pauses.append(clock.now() - begun)
        assert pauses[0] < 0.5 and 40 < pauses[-1] < 80
        await cancel(running)


async def test_the_embedded_server_serves_every_kind(tmp_path: Path) -> None:
    async with served(tmp_path) as server, server.client() as client:
        catalog = Catalog(client, KINDS, SystemClock())
        running = spawn(catalog.run(), name="catalog")
        await catalog.version(CONFIG_MAP)
        assert catalog.versions == {kind: kind.versions[0] for kind in KINDS}
        await cancel(running)


async def test_a_server_that_does_not_answer_is_asked_again() -> None:
    async with Client("http://127.0.0.1:1") as client:
        clock = FakeClock()
        running = spawn(Catalog(client, [CONFIG_MAP], clock).run(), name="catalog")
        await until(lambda: clock.sleeping, seconds=5, what="the pause")
        assert not running.done()
        await cancel(running)
