from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from apiservers import Served, config_map, served

from lateen.apiserver.credentials import CONTROLLER
from lateen.base.clock import SystemClock
from lateen.base.tasks import cancel, spawn, until
from lateen.kinds.all import by_kind
from lateen.runtime.events import WAITING, Events, untold

EVENT = by_kind("Event")


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[Served]:
    async with served(tmp_path) as running:
        yield running


def told(server: Served) -> list[dict]:
    return [server.objects.get(EVENT, key) for key, _ in server.objects.storage.objects(EVENT.resource)]


def regarded(name: str = "a") -> dict:
    raw = config_map(name)
    return raw | {"metadata": raw["metadata"] | {"uid": f"uid-{name}"}}


async def test_what_happens_is_told_and_the_same_once_more_is_counted(server: Served) -> None:
    async with server.client(CONTROLLER) as client:
        events = Events(client, SystemClock(), "node0")
        tell = events.teller("kubelet")
        running = spawn(events.run(), name="events")
        for _ in range(3):
            tell(regarded(), "Unhealthy", "Readiness probe failed", True)
        tell(regarded(), "Started", "Started container main", False)
        await until(lambda: len(told(server)) == 2, seconds=5, what="events")
        await cancel(running)
    first, second = sorted(told(server), key=lambda raw: raw["reason"], reverse=True)
    assert (first["type"], first["reason"], first["count"]) == ("Warning", "Unhealthy", 3)
    assert (second["type"], second["count"]) == ("Normal", 1)
    assert first["involvedObject"]["uid"] == "uid-a" and first["source"] == {"component": "kubelet", "host": "node0"}


async def test_what_waits_is_bounded_and_nobody_waits_for_it(server: Served) -> None:
    async with server.client(CONTROLLER) as client:
        events = Events(client, SystemClock(), "node0")
        for number in range(WAITING + 10):
            events.teller("kubelet")(regarded(), "Started", str(number), False)
        running = spawn(events.run(), name="events")
        await until(lambda: len(told(server)) == WAITING, seconds=20, what="events")
        await cancel(running)
    assert "9" not in {raw["message"] for raw in told(server)}


def test_untold_is_untold() -> None:
    untold(regarded(), "Started", "", False)
