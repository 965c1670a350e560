"""The first change on a quiet mesh goes out at once, a burst is gathered, and idle means committed."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from lateen.app.pump import BUDGET, FIRST_WINDOW, QUIET_SECONDS, WIDEST_WINDOW, Pump
from lateen.base.clock import FakeClock, SystemClock
from lateen.base.tasks import cancel, spawn


class Street:
    """Work that takes `steps` steps whenever it runs, and notes at which time it settled."""

    def __init__(self) -> None:
        self.clock = FakeClock(0.0)
        self.pump = Pump(self.step, self.settled, self.clock)
        self.steps = 1
        self.left = 0
        self.poke_during_step = 0
        self.budgets: list[int] = []
        self.commits: list[float] = []

    def step(self, budget: int) -> bool:
        self.budgets.append(budget)
        self.left = (self.left or self.steps) - 1
        if len(self.budgets) == self.poke_during_step:
            self.pump.poke()
        return self.left > 0

    def settled(self) -> None:
        self.commits.append(self.clock.now())

    async def poke(self) -> None:
        self.pump.poke()
        await turn()

    async def advance(self, seconds: float) -> None:
        self.clock.advance(seconds)
        await turn()


async def turn() -> None:
    """Let the pump run until it waits."""
    for _ in range(20):
        await SystemClock().sleep(0)


@pytest.fixture
async def street() -> AsyncIterator[Street]:
    made = Street()
    running = spawn(made.pump.run(), name="pump")
    await turn()
    yield made
    await cancel(running)


async def test_nothing_runs_before_something_changed(street: Street) -> None:
    await street.advance(10)
    assert (street.budgets, street.commits, street.pump.busy) == ([], [], False)


async def test_the_first_change_goes_out_at_once(street: Street) -> None:
    await street.poke()
    assert street.commits == [0.0]


async def test_a_change_soon_after_waits_for_its_window(street: Street) -> None:
    await street.poke()
    await street.poke()
    assert street.commits == [0.0]
    await street.advance(FIRST_WINDOW)
    assert street.commits == [0.0, FIRST_WINDOW]


async def test_a_burst_within_a_window_is_one_commit(street: Street) -> None:
    await street.poke()
    for _ in range(10):
        await street.poke()
    await street.advance(FIRST_WINDOW)
    assert len(street.commits) == 2
    assert not street.pump.busy


async def test_windows_double_up_to_the_widest_while_changes_keep_coming(street: Street) -> None:
    await street.poke()
    waits: list[float] = []
    for _ in range(8):
        await street.poke()
        before = street.clock.now()
        while street.clock.now() not in street.commits[len(waits) + 1 :]:
            await street.advance(0.001)
            assert street.clock.now() - before < 2 * WIDEST_WINDOW
        waits.append(round(street.clock.now() - before, 3))
    assert waits == [0.002, 0.004, 0.008, 0.016, 0.032, 0.05, 0.05, 0.05]


async def test_after_a_quiet_time_a_change_goes_out_at_once_again(street: Street) -> None:
    await street.poke()
    await street.poke()
    await street.advance(FIRST_WINDOW)
    await street.advance(QUIET_SECONDS + 0.001)
    await street.poke()
    assert street.commits[-1] == street.clock.now()


async def test_long_work_is_done_in_portions_and_committed_once(street: Street) -> None:
    street.steps = 5
    await street.poke()
    assert street.budgets == [BUDGET] * 5
    assert street.commits == [0.0]


async def test_others_run_between_portions(street: Street) -> None:
    street.steps = 3
    seen: list[int] = []

    async def watch() -> None:
        while not street.commits:
            seen.append(len(street.budgets))
            await SystemClock().sleep(0)

    await asyncio.gather(watch(), street.poke())
    assert {1, 2} <= set(seen)


async def test_idle_waits_until_what_was_put_in_is_committed(street: Street) -> None:
    await street.poke()
    await street.poke()
    waiting = spawn(street.pump.idle(), name="idle")
    await turn()
    assert street.pump.busy and not waiting.done()
    await street.advance(FIRST_WINDOW)
    assert waiting.done() and not street.pump.busy
    await waiting


async def test_a_change_during_the_work_keeps_the_pump_busy_until_it_is_committed_too(street: Street) -> None:
    street.steps = 2
    street.poke_during_step = 2
    await street.poke()
    assert street.commits == [0.0] and street.pump.busy
    await street.advance(FIRST_WINDOW)
    assert len(street.commits) == 2 and not street.pump.busy
