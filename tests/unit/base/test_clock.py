"""Time stands still until a test turns it."""

import asyncio
import time

import pytest

from lateen.base.clock import FakeClock, SystemClock, rfc3339
from lateen.base.tasks import cancel, spawn


async def ticks(count: int = 3) -> None:
    """Let other tasks run."""
    clock = SystemClock()
    for _ in range(count):
        await clock.sleep(0)


async def test_system_clock_is_the_machines() -> None:
    clock = SystemClock()
    assert abs(clock.now() - time.time()) < 1
    before = clock.monotonic()
    await clock.sleep(0)
    assert clock.monotonic() >= before


async def test_sleepers_wake_in_the_order_of_their_times_and_not_before() -> None:
    clock, woken = FakeClock(), []

    async def sleeper(seconds: float) -> None:
        await clock.sleep(seconds)
        woken.append(seconds)

    sleeping = [spawn(sleeper(seconds), name="sleeper") for seconds in (3, 1, 2)]
    await ticks()
    clock.advance(0.9)
    await ticks()
    assert woken == []
    clock.advance(1.1)
    await ticks()
    assert woken == [1, 2]
    clock.advance(1)
    await asyncio.gather(*sleeping)
    assert woken == [1, 2, 3]


async def test_both_readings_advance_together() -> None:
    clock = FakeClock(start=100.0)
    clock.advance(5)
    assert (clock.now(), clock.monotonic()) == (105.0, 105.0)


async def test_sleeping_no_time_lets_others_run_and_needs_no_turning() -> None:
    clock, ran = FakeClock(), asyncio.Event()

    async def other() -> None:
        ran.set()

    task = spawn(other(), name="other")
    await clock.sleep(0)
    assert ran.is_set()
    await task


async def test_a_cancelled_sleeper_is_passed_over() -> None:
    clock = FakeClock()
    first, second = (spawn(clock.sleep(1), name="sleeper") for _ in range(2))
    await ticks()
    assert clock.sleeping == 2
    await cancel(first)
    assert clock.sleeping == 1
    clock.advance(1)
    await second


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "1970-01-01T00:00:00Z"), (1_767_323_045.9, "2026-01-02T03:04:05Z")],
)
def test_times_are_written_as_kubernetes_does(seconds: float, text: str) -> None:
    assert rfc3339(seconds) == text
