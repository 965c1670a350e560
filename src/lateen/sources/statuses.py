"""Write statuses back: the one thing that the mesh says in other people's objects. Only a leader's are written."""

import asyncio
import logging
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

import aiohttp

from lateen.base.clock import Clock, rfc3339
from lateen.base.errors import LateenError
from lateen.base.refs import Key
from lateen.base.tasks import cancel, spawn
from lateen.kinds.spec import KindSpec
from lateen.sources.api_error import ApiError
from lateen.sources.client import Client
from lateen.sources.lease import Elector

WRITERS = 8
LONGEST = 60.0

_SAID = ("status", "reason", "message", "observedGeneration")

Raw = dict[str, Any]

_log = logging.getLogger(__name__)


class Place(NamedTuple):
    """Whose status."""

    kind: KindSpec
    key: Key


class Wanted(NamedTuple):
    """What the status of the object `uid` is to say, in its `api_version`; conditions come without their times."""

    uid: str
    api_version: str
    status: Raw


class Part(NamedTuple):
    """The part of statuses that one writer has. `manager`: under which name; `said`: what counts of it; `window`:
    seconds for which changes are gathered, so that an object that changes twice is written once; `dated`: adds since
    when it is so, to what stood there before, at a time; None: as usual."""

    manager: str
    said: Callable[[Mapping[str, Any]], object]
    window: float
    dated: Callable[[Raw, Mapping[str, Any], str], Raw] | None = None


class Statuses:
    """Knows what each status says and what it should say, and writes its part where these differ.

    Every replica keeps this up to date; one that becomes the leader writes only what the last one left undone.
    """

    def __init__(self, client: Client, elector: Elector, clock: Clock, part: Part | None = None) -> None:
        """`part`: what became of the objects, if it is not said."""
        self._client, self._elector, self._clock = client, elector, clock
        self._part = part or CONDITIONS
        self._wanted: dict[Place, Wanted] = {}
        self._seen: dict[Place, Raw] = {}
        self._due: dict[Place, None] = {}
        self._failures: dict[Place, int] = {}
        self._news = asyncio.Event()
        self._later: set[asyncio.Task[None]] = set()
        self.written = 0

    def want(self, place: Place, wanted: Wanted) -> None:
        """Have a status say this from now on."""
        if self._wanted.get(place) != wanted:
            self._wanted[place] = wanted
            self._failures.pop(place, None)
            self._check(place)

    def saw(self, place: Place, status: Raw) -> None:
        """Take note of what a status says; what somebody else wrote over ours is written again."""
        self._seen[place] = status
        self._check(place)

    def forget(self, place: Place) -> None:
        """The object is gone: nothing is written any more."""
        for table in (self._wanted, self._seen, self._due, self._failures):
            table.pop(place, None)

    async def run(self) -> None:
        """Write what is due whenever this process leads, until cancelled."""
        try:
            while True:
                await self._news.wait()
                await self._elector.won()
                await self._clock.sleep(self._part.window)
                self._news.clear()
                due, self._due = list(self._due), {}
                for start in range(0, len(due), WRITERS):
                    await asyncio.gather(*(self._write(place) for place in due[start : start + WRITERS]))
        finally:
            await cancel(*self._later)

    def _check(self, place: Place) -> None:
        wanted = self._wanted.get(place)
        if wanted is not None and not self._says(wanted, self._seen.get(place, {})):
            self._due[place] = None
            self._news.set()

    def _says(self, wanted: Wanted, status: Raw) -> bool:
        return self._part.said(wanted.status) == self._part.said(beside_others(wanted.status, status))

    async def _write(self, place: Place) -> None:
        wanted, before = self._wanted.get(place), self._seen.get(place, {})
        if wanted is None or self._says(wanted, before):
            return
        if not self._elector.leading:
            self._due[place] = None
            self._news.set()
            return
        status = (self._part.dated or dated)(wanted.status, before, rfc3339(self._clock.now()))
        kind, key = place
        meta = {name: value for name, value in key._asdict().items() if value} | {"uid": wanted.uid}
        raw = {"apiVersion": wanted.api_version, "kind": kind.kind, "metadata": meta, "status": status}
        try:
            await self._client.apply_status(kind, raw, self._part.manager)
            self.written += 1
            self._failures.pop(place, None)
        except (ApiError, LateenError, aiohttp.ClientError, OSError, TimeoutError) as error:
            self._failed(place, error)

    def _failed(self, place: Place, error: Exception) -> None:
        """Try again later; of an object that is gone its deletion will be heard."""
        if isinstance(error, ApiError) and error.code == 404:
            return
        failures = self._failures[place] = self._failures.get(place, 0) + 1
        if failures == 1:
            _log.warning("status of %s %s not written (trying on): %s", place.kind.kind, place.key, error)
        task = spawn(self._again(place, min(LONGEST, 0.5 * 2 ** min(failures, 10))), name=f"status of {place.key}")
        self._later.add(task)
        task.add_done_callback(self._later.discard)

    async def _again(self, place: Place, pause: float) -> None:
        await self._clock.sleep(pause)
        self._check(place)


def said(status: Mapping[str, Any]) -> object:
    """What a status says, without when it began to: two that say the same need no write."""
    conditions = conditions_said(status.get("conditions") or ())
    return conditions, status.get("validationMessages") or [], str(status.get("observedGeneration") or 0)


def conditions_said(conditions: Iterable[Mapping[str, Any]]) -> list[tuple[str, ...]]:
    """What conditions say, sorted by type, without since when."""
    return sorted((str(each.get("type")), *(str(each.get(name) or "") for name in _SAID)) for each in conditions)


def beside_others(status: Raw, before: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return what stands there without the conditions that `status` says nothing of: they are others'."""
    if "conditions" not in status:
        return before
    ours = {one["type"] for one in status["conditions"]}
    return {**before, "conditions": [one for one in before.get("conditions") or () if one.get("type") in ours]}


def dated(status: Raw, before: Mapping[str, Any], now: str) -> Raw:
    """Add to each condition, if there are any, when it became so: as was written before, when it was so already.
    Conditions of others are kept beside: the list is written whole."""
    if "conditions" not in status:
        return status
    old = before.get("conditions") or ()
    ours = {one["type"] for one in status["conditions"]}
    times = {(each.get("type"), each.get("status")): each.get("lastTransitionTime") for each in old}
    conditions = [
        each | {"lastTransitionTime": times.get((each["type"], each["status"])) or now} for each in status["conditions"]
    ]
    return status | {"conditions": conditions + [one for one in old if one.get("type") not in ours]}


CONDITIONS = Part("lateen-status", said, 0.2)
"""What became of the objects."""
