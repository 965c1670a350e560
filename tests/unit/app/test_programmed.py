"""What is told of a Gateway while its proxies have not acknowledged it."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from lateen.app.programmed import ELSEWHERE, LOOK, PATIENCE, Programmed
from lateen.app.pump import Pump
from lateen.base.clock import FakeClock
from lateen.base.refs import Key
from lateen.base.tasks import cancel, spawn
from lateen.planner.gateway_api.status import Condition, GatewayStatus, ListenerStatus
from lateen.planner.gateway_api.statuses import ObjectKey

NAME: ObjectKey = ("Gateway.gateway.networking.k8s.io", "infra", "edge")
YES = Condition("Programmed", True, "Programmed", "yes")


def status(generation: int = 1, *, programmed: bool = True) -> GatewayStatus:
    conditions = (Condition("Accepted", True, "Accepted", ""), YES if programmed else YES.__class__("Programmed", False, "Pending", "no"))  # fmt: skip
    listener = ListenerStatus("http", ("HTTPRoute",), 0, (YES,))
    return GatewayStatus(Key("infra", "edge"), generation, (), conditions, (listener,))


class Stage:
    """Proxies that a test speaks for, and what is told of again."""

    def __init__(self) -> None:
        self.clock = FakeClock(0.0)
        self.behind, self.count = "proxy-1 is behind", 1
        self.again: list[ObjectKey] = []
        self.gate = Programmed(self, Pump(lambda budget: False, lambda: None, self.clock), self.clock)
        self.gate.told = self.again.append

    def connected(self, gateway: Key) -> int:
        return self.count

    def lacking(self, gateway: Key) -> str:
        return self.behind

    async def turn(self, seconds: float) -> None:
        """Let time go by, look by look."""
        for _ in range(round(seconds / LOOK) + 1):
            for _ in range(5):
                await asyncio.sleep(0)
            self.clock.advance(LOOK)
        for _ in range(5):
            await asyncio.sleep(0)


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    made = Stage()
    task = spawn(made.gate.run(), name="gate")
    yield made
    await cancel(task)


async def test_it_is_told_as_soon_as_proxies_have_acknowledged(stage: Stage) -> None:
    assert stage.gate.judged(NAME, status()) is None
    await stage.turn(PATIENCE / 2)
    assert not stage.again, "a short wait is not told"
    stage.behind = ""
    await stage.turn(LOOK)
    assert stage.again == [NAME] and stage.gate.judged(NAME, status()) == status()


async def test_who_is_behind_is_told_after_a_while(stage: Stage) -> None:
    stage.gate.judged(NAME, status())
    await stage.turn(PATIENCE + LOOK)
    assert stage.again == [NAME]
    told = stage.gate.judged(NAME, status())
    assert isinstance(told, GatewayStatus) and not told.programmed
    assert {one.reason for one in (told.conditions[1], told.listeners[0].conditions[0])} == {"Pending"}
    assert told.conditions[1].message == "proxy-1 is behind"
    stage.behind = ""
    await stage.turn(LOOK)
    assert stage.gate.judged(NAME, status()) == status()


async def test_each_generation_is_acknowledged_anew(stage: Stage) -> None:
    stage.gate.confirm(NAME, 1)
    assert stage.gate.judged(NAME, status()) == status()
    assert stage.gate.judged(NAME, status(2)) is None
    stage.gate.forget(NAME)
    assert stage.gate.judged(NAME, status()) is None, "another object of the name"


async def test_what_is_not_programmed_is_told_at_once(stage: Stage) -> None:
    assert stage.gate.judged(NAME, status(programmed=False)) == status(programmed=False)
    assert stage.gate.judged(NAME, None) is None


async def test_proxies_that_do_not_connect_are_anothers_after_a_while(stage: Stage) -> None:
    stage.behind, stage.count = "", 0
    stage.gate.judged(NAME, status())
    await stage.turn(PATIENCE + LOOK)
    told = stage.gate.judged(NAME, status())
    assert isinstance(told, GatewayStatus) and not told.programmed
    await stage.turn(ELSEWHERE)
    assert stage.gate.judged(NAME, status()) == status()
