"""Work that only the leader does: it waits for news and for the lease, writes, and tries again what failed."""

import asyncio
from collections.abc import Awaitable, Callable

from lateen.base.clock import Clock
from lateen.sources.lease import Elector

PAUSE = 2.0
"""Seconds until what failed is tried again."""


class LeaderWork:
    """Runs `write` whenever there is news and this process leads; it returns False where it is to be tried again."""

    def __init__(self, elector: Elector, clock: Clock) -> None:
        self._elector, self._clock = elector, clock
        self._news = asyncio.Event()

    def wake(self) -> None:
        """There is news."""
        self._news.set()

    async def run(self, write: Callable[[], Awaitable[bool]]) -> None:
        """Lasts until it is cancelled."""
        while True:
            await self._news.wait()
            await self._elector.won()
            self._news.clear()
            if not await write():
                await self._clock.sleep(PAUSE)
                self._news.set()
