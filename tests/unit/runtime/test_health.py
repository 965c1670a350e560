import asyncio

import pytest

from lateen.base.clock import FakeClock
from lateen.runtime.health import follow_readiness, until_dead, until_started
from lateen.runtime.probes import Timing


class Probe:
    """Answers as it is told; counts how often it was asked, and when."""

    def __init__(self, clock):
        self.clock, self.good, self.times = clock, False, []

    async def __call__(self):
        self.times.append(round(self.clock.monotonic() - 1_700_000_000, 3))
        return "" if self.good else "refused"


@pytest.fixture
def clock():
    return FakeClock()


@pytest.fixture
def check(clock):
    return Probe(clock)


async def turn(clock, seconds, step=0.05):
    for _ in range(round(seconds / step)):
        await settle()
        clock.advance(step)
    await settle()


async def settle():
    for _ in range(5):
        await asyncio.sleep(0)


async def test_startup_is_tried_at_once_and_quickly(clock, check):
    task = asyncio.ensure_future(until_started(check, Timing(period=1), clock))
    await turn(clock, 0.2)
    assert check.times[:3] == [0, 0.05, 0.15]
    check.good = True
    await turn(clock, 0.5)
    assert task.done() and task.result() == ""


async def test_startup_fails_when_its_time_is_over(clock, check):
    task = asyncio.ensure_future(until_started(check, Timing(period=1, failures=2), clock))
    await turn(clock, 1.5)
    assert not task.done()
    await turn(clock, 2)
    assert task.result() == "refused"


async def test_readiness_turns_at_the_first_success_and_keeps_its_period_then(clock, check):
    said = []
    task = asyncio.ensure_future(follow_readiness(check, Timing(period=10), clock, said.append))
    await turn(clock, 0.2)
    check.good = True
    await turn(clock, 0.3)
    assert said == [True]
    asked = len(check.times)
    await turn(clock, 9)
    assert len(check.times) == asked
    task.cancel()


async def test_readiness_is_lost_after_the_threshold(clock, check):
    said = []
    check.good = True
    task = asyncio.ensure_future(follow_readiness(check, Timing(period=1, failures=2), clock, said.append))
    await turn(clock, 0.5)
    check.good = False
    await turn(clock, 1)
    assert said == [True]
    await turn(clock, 1.2)
    assert said == [True, False]
    task.cancel()


async def test_death_needs_failures_in_a_row(clock, check):
    timing = Timing(initial_delay=5, period=1, failures=2)
    task = asyncio.ensure_future(until_dead(check, timing, clock))
    await turn(clock, 4)
    assert check.times == []
    check.good = True
    await turn(clock, 3)
    assert not task.done()
    check.good = False
    await turn(clock, 3)
    assert task.result() == "refused"
