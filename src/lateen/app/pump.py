"""Drives the pipeline: the first change on a quiet mesh goes out at once, a burst is gathered."""

import asyncio
from collections.abc import Callable

from lateen.base.clock import Clock

QUIET_SECONDS = 0.03
FIRST_WINDOW = 0.002
WIDEST_WINDOW = 0.05
BUDGET = 500
"""Computations between two looks at the event loop: acknowledgements never wait for a mesh-wide change."""


class Pump:
    """Calls `step(budget)` until it says False, whenever `poke` was called.

    Window: nothing after a quiet time; then 2 ms, doubled with every further burst up to 50 ms.
    """

    def __init__(self, step: Callable[[int], bool], settled: Callable[[], None], clock: Clock) -> None:
        self._step = step
        self._settled = settled
        self._clock = clock
        self._changed = asyncio.Event()
        self._idle = asyncio.Event()
        self._idle.set()

    def poke(self) -> None:
        """Say that something changed."""
        self._changed.set()
        self._idle.clear()

    @property
    def busy(self) -> bool:
        """Whether something is not yet in the views."""
        return not self._idle.is_set()

    async def idle(self) -> None:
        """Wait until everything that was put in before has been committed to the views."""
        await self._idle.wait()

    async def run(self) -> None:
        """Run until cancelled."""
        window, last = 0.0, float("-inf")
        while True:
            await self._changed.wait()
            window = self._next(window, self._clock.monotonic() - last)
            if window:
                await self._clock.sleep(window)
            self._changed.clear()
            while self._step(BUDGET):
                await self._clock.sleep(0)
            self._settled()
            last = self._clock.monotonic()
            if not self._changed.is_set():
                self._idle.set()

    @staticmethod
    def _next(window: float, since_last: float) -> float:
        if since_last > QUIET_SECONDS:
            return 0.0
        return min(max(window * 2, FIRST_WINDOW), WIDEST_WINDOW)
