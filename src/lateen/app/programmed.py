"""Say that a Gateway is programmed only when its proxies have acknowledged that generation of it.

The planner says what is to be told; here it is held back until every connected proxy of the Gateway has taken
everything that there is for it, once, after that generation had been computed. What a proxy refuses of it is told.
See docs/adr/0023.
"""

import asyncio
from collections.abc import Callable
from typing import NamedTuple, Protocol

from lateen.app.pump import Pump
from lateen.base.clock import Clock
from lateen.base.refs import Key
from lateen.planner.gateway_api.status import GatewayStatus, ListenerSetStatus, Status
from lateen.planner.gateway_api.statuses import ObjectKey

LOOK = 0.02
"""Seconds between two looks at proxies that have not acknowledged yet."""
PATIENCE = 1.0
"""Seconds after which it is said that some have not: a status that waits less does not change twice."""
ELSEWHERE = 10.0
"""Seconds after which proxies that are ready and not connected are believed to be another replica's."""


class Proxies(Protocol):
    """What is known of the proxies of a Gateway."""

    def connected(self, gateway: Key) -> int:
        """Return how many are connected."""

    def lacking(self, gateway: Key) -> str:
        """Say what keeps the Gateway out of a connected proxy, "" = nothing."""


class _Wait(NamedTuple):
    generation: int
    gateway: Key
    since: float
    said: str = ""


class Programmed:
    """Stands between what is to be told and the statuses. `told` is called with the name of each object of which
    something else is to be told now: ask for it by `judged`."""

    def __init__(self, proxies: Proxies, pump: Pump, clock: Clock) -> None:
        self._proxies, self._pump, self._clock = proxies, pump, clock
        self._waiting: dict[ObjectKey, _Wait] = {}
        self._confirmed: dict[ObjectKey, int] = {}
        self._news = asyncio.Event()
        self.told: Callable[[ObjectKey], None] = lambda name: None

    def judged(self, name: ObjectKey, status: Status | None) -> Status | None:
        """Return what is to be told of an object now; None: nothing yet, it will be told of again."""
        if not isinstance(status, GatewayStatus | ListenerSetStatus) or not status.programmed:
            self._waiting.pop(name, None)
            return status
        if self._confirmed.get(name) == status.generation:
            return status
        wait = self._waiting.get(name)
        if wait is None or wait.generation != status.generation:
            wait = self._waiting[name] = _Wait(status.generation, status.gateway, self._clock.monotonic())
            self._news.set()
        return status.withheld(wait.said) if wait.said else None

    def confirm(self, name: ObjectKey, generation: int) -> None:
        """A status says that proxies have acknowledged a generation: this process or the one before it has seen it."""
        self._confirmed[name] = generation

    def forget(self, name: ObjectKey) -> None:
        """The object is gone."""
        self._waiting.pop(name, None)
        self._confirmed.pop(name, None)

    async def run(self) -> None:
        """Look after proxies until cancelled."""
        while True:
            if not self._waiting:
                await self._news.wait()
            self._news.clear()
            await self._pump.idle()
            for name, wait in list(self._waiting.items()):
                self._look(name, wait)
            await self._clock.sleep(LOOK)

    def _look(self, name: ObjectKey, wait: _Wait) -> None:
        waited = self._clock.monotonic() - wait.since
        lacking = self._proxies.lacking(wait.gateway)
        if not self._proxies.connected(wait.gateway) and waited < ELSEWHERE:
            lacking = "no proxy of it is connected"
        if not lacking:
            self._confirmed[name] = wait.generation
            del self._waiting[name]
        elif waited < PATIENCE or lacking == wait.said:
            return
        else:
            self._waiting[name] = wait._replace(said=lacking)
        self.told(name)
