"""Follow a running container's health: started once, ready or not, alive or to be killed.

Startup and readiness probes are tried at once, then after 50 ms, doubling up to their period, until they
first succeed (whatever initialDelaySeconds says): a container that is quick is seen to be quick. From then on
they keep their period. A startup probe fails when failureThreshold periods (and the initial delay) are over.
"""

from collections.abc import Awaitable, Callable

from lateen.base.clock import Clock
from lateen.runtime.probes import Timing

# One probe: "" when it succeeded, else what went wrong.
Check = Callable[[], Awaitable[str]]

FIRST_RETRY = 0.05


async def until_started(check: Check, timing: Timing, clock: Clock) -> str:
    """Probe until it succeeds and return ""; or what was wrong once the threshold's time is over."""
    begun, pause = clock.monotonic(), FIRST_RETRY
    patience = timing.initial_delay + timing.period * timing.failures
    while wrong := await check():
        if clock.monotonic() - begun >= patience:
            return wrong
        await clock.sleep(pause)
        pause = min(pause * 2, timing.period)
    return ""


async def follow_readiness(check: Check, timing: Timing, clock: Clock, say: Callable[[bool], None]) -> None:
    """Probe for ever; `say` is told when it turns."""
    ready, streak, pause = False, 0, FIRST_RETRY
    while True:
        good = not await check()
        streak = streak + 1 if good != ready else 0
        if streak and streak >= (timing.failures if ready else timing.successes):
            ready, streak = good, 0
            say(ready)
        if good:
            pause = timing.period
        await clock.sleep(pause)
        pause = min(pause * 2, timing.period)


async def until_dead(check: Check, timing: Timing, clock: Clock) -> str:
    """Probe until it fails too often in a row; returns what was wrong."""
    await clock.sleep(timing.initial_delay)
    streak = 0
    while True:
        wrong = await check()
        streak = streak + 1 if wrong else 0
        if streak >= timing.failures:
            return wrong
        await clock.sleep(timing.period)
