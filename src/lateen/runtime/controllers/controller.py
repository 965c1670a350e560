"""Run a reconciler: changes name keys, each key is reconciled until the world is as its object says."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass

import aiohttp

from lateen.base.errors import LateenError
from lateen.base.refs import Key
from lateen.base.tasks import cancel, spawn
from lateen.runtime.mirror import Json, Mirror
from lateen.sources.client import ApiError

_log = logging.getLogger(__name__)

FIRST_RETRY, LONGEST_RETRY = 0.02, 10.0


@dataclass(frozen=True, slots=True)
class Controller:
    """One reconciler.

    `triggers`: kind → which keys a changed object of that kind concerns. `reconcile` reads the mirror, writes
    what is amiss and may be called at any time, any number of times; a number that it returns is the seconds
    after which it wants to look again.
    """

    name: str
    triggers: Mapping[str, Callable[[Json, Mirror], Iterable[Key]]]
    reconcile: Callable[[Key, Mirror], Awaitable[float | None]]


class Loop:
    """One controller at work: keys wait in a set, no key is reconciled twice at once."""

    def __init__(self, controller: Controller, mirror: Mirror) -> None:
        self._controller = controller
        self._mirror = mirror
        self._waiting: dict[Key, None] = {}
        self._failures: dict[Key, int] = {}
        self._later: set[asyncio.Task[None]] = set()
        self._busy: dict[Key, asyncio.Task[None]] = {}
        self._woken = asyncio.Event()
        for kind, keys in controller.triggers.items():
            mirror.listen(kind, self._listener(keys))

    def add(self, key: Key) -> None:
        """Have `key` reconciled soon."""
        self._waiting[key] = None
        self._woken.set()

    async def run(self) -> None:
        """Work until cancelled."""
        try:
            while True:
                await self._woken.wait()
                self._woken.clear()
                for key in [key for key in self._waiting if key not in self._busy]:
                    del self._waiting[key]
                    self._busy[key] = spawn(self._reconcile(key), name=f"{self._controller.name} {key}")
        finally:
            await cancel(*self._busy.values(), *self._later)

    def _listener(self, keys: Callable[[Json, Mirror], Iterable[Key]]) -> Callable[[Json | None, Json | None], None]:
        def changed(before: Json | None, after: Json | None) -> None:
            for raw in (before, after):
                if raw is not None:
                    for key in keys(raw, self._mirror):
                        self.add(key)

        return changed

    async def _reconcile(self, key: Key) -> None:
        again: float | None = None
        try:
            again = await self._controller.reconcile(key, self._mirror)
            self._failures.pop(key, None)
        except ApiError as error:
            again = self._retry(key)
            level = logging.DEBUG if error.code in (404, 409) else logging.WARNING
            _log.log(level, "%s %s: %s; again in %g s", self._controller.name, key, error, again)
        except (LateenError, aiohttp.ClientError, OSError, TimeoutError) as error:
            again = self._retry(key)
            _log.warning("%s %s: %s; again in %g s", self._controller.name, key, error, again)
        finally:
            del self._busy[key]
            self._woken.set()
        if again is not None:
            self._wait(key, again)

    def _retry(self, key: Key) -> float:
        failures = self._failures[key] = self._failures.get(key, 0) + 1
        return float(min(FIRST_RETRY * 2**failures, LONGEST_RETRY))

    def _wait(self, key: Key, seconds: float) -> None:
        async def later() -> None:
            await self._mirror.clock.sleep(seconds)
            self.add(key)

        task = spawn(later(), name=f"{self._controller.name} {key} later")
        self._later.add(task)
        task.add_done_callback(self._later.discard)


async def run_controllers(controllers: Iterable[Controller], mirror: Mirror) -> None:
    """Run `controllers` over `mirror` (which is run here too) until cancelled."""
    loops = [Loop(controller, mirror) for controller in controllers]
    following = spawn(mirror.run(), name="mirror of the controllers")
    try:
        await mirror.synced()
        await asyncio.gather(following, *(loop.run() for loop in loops))
    finally:
        await cancel(following)
