"""Do what follows from changes, behind the writes that made them: each piece of work names what it follows."""

import asyncio
import logging
from collections.abc import Callable, Mapping
from contextlib import suppress

from lateen.apiserver.status import Refusal
from lateen.apiserver.storage import Change, Storage
from lateen.base.refs import Key

# Takes the keys that changed; raises Refusal for what could not be done: all of them are then given again later.
Work = Callable[[list[Key]], None]

_RETRY_SECONDS = 1.0
_log = logging.getLogger(__name__)


class Follower:
    """Calls `work` by resource: with every key at first, with the changed ones afterwards.

    With `seconds` it is called with every key again, that often.
    """

    def __init__(self, storage: Storage, work: Mapping[str, Work], seconds: float | None = None) -> None:
        self._storage, self._work, self._seconds = storage, work, seconds
        self._changed: dict[str, dict[Key, None]] = {resource: {} for resource in work}
        self._wake = asyncio.Event()
        self._add_all()
        storage.subscribe(self._follow)

    def _add_all(self) -> None:
        for resource, changed in self._changed.items():
            changed |= dict.fromkeys(key for key, _ in self._storage.objects(resource))

    def _follow(self, change: Change) -> None:
        changed = self._changed.get(change.resource)
        if changed is not None:
            changed[change.key] = None
            self._wake.set()

    def catch_up(self) -> bool:
        """Do all that is to do now; False when something is to be tried again."""
        done = True
        for resource, changed in self._changed.items():
            keys = list(changed)
            changed.clear()
            try:
                if keys:
                    self._work[resource](keys)
            except Refusal as refusal:
                _log.warning("what follows from %s is not done, again soon: %s", resource, refusal)
                changed |= dict.fromkeys(keys)
                done = False
        return done

    async def run(self) -> None:
        """Work until cancelled."""
        while True:
            self._wake.clear()
            seconds = self._seconds if self.catch_up() else _RETRY_SECONDS
            with suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    await self._wake.wait()
                    continue
            self._add_all()
