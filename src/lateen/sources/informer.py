"""Follow one kind of an API server: every change once, in order, through reconnects and restarts."""

import logging
import random
from collections.abc import Callable
from functools import partial
from typing import NoReturn

import aiohttp
import msgspec

from lateen.base.clock import Clock, SystemClock
from lateen.base.errors import LateenError
from lateen.kinds.spec import KindSpec
from lateen.sources.api_error import ApiError
from lateen.sources.client import Client
from lateen.sources.known import Delete, Event, Known, Put, Reached, Synced, Told
from lateen.sources.listwatch import PAGE, Scope
from lateen.sources.reading import Reader, as_written
from lateen.sources.served import Always, Serving

__all__ = ["Delete", "Event", "Put", "Reached", "Sink", "Synced", "Told", "follow"]

Sink = Callable[[Event], None]

_log = logging.getLogger(__name__)

LIVELY = 5.0
"""Seconds. A watch that held so long did its work, whether anything happened or not."""
BATCH = 200
"""Events told between two looks at the event loop: a list of thousands stalls nothing."""


async def follow(
    client: Client,
    kind: KindSpec,
    sink: Sink,
    *,
    namespace: str = "",
    label_selector: str = "",
    field_selector: str = "",
    metadata_only: bool = False,
    read: Reader = as_written,
    serving: Serving | None = None,
    clock: Clock | None = None,
    longest_wait: float = 5.0,
) -> NoReturn:
    """Call `sink` with what happens to the objects of a kind (or only their metadata), read by `read`, until cancelled.

    After each complete list comes `Synced`. A lost connection resumes behind the last event; only a version too old
    (410) lists again, and then only what differs is told. A kind that the server does not serve counts as empty;
    `serving` says when it is served again, and in which version. `longest_wait` bounds, in seconds, the pause between
    attempts. An error of `sink` ends it.
    """
    clock = clock or SystemClock()
    scope = Scope(namespace, label_selector, field_selector, metadata_only=metadata_only)
    follower = _Follower(client, kind, sink, scope, serving or Always(clock, longest_wait), clock, read)
    failures = 0
    while True:
        try:
            await follower.round()
            failures = 0
        except (ApiError, LateenError, aiohttp.ClientError, OSError, TimeoutError, msgspec.DecodeError) as error:
            failures = 1 if follower.take_progress() else failures + 1
            if failures == 5:
                _log.warning("cannot follow %s at %s (trying on): %s", kind.plural, client.url, error)
        if failures:
            pause = min(longest_wait, 0.05 * 2 ** min(failures, 10))
            await clock.sleep(pause * random.uniform(0.5, 1.0))  # noqa: S311 (jitter is no secret)


class _Follower:
    def __init__(
        self,
        client: Client,
        kind: KindSpec,
        sink: Sink,
        scope: Scope,
        serving: Serving,
        clock: Clock,
        read: Reader,
    ) -> None:
        self._client, self._kind, self._sink = client, kind, sink
        self._scope, self._serving, self._clock, self._read = scope, serving, clock, read
        self._known = Known(partial(read, kind, kind.versions[0]))
        self._progress = False

    async def round(self) -> None:
        """List when needed, then watch until the server ends it."""
        self._progress = False
        version = await self._serving.version(self._kind)
        if not version:
            return await self._vanished()
        if version != self._scope.version:
            self._scope = self._scope._replace(version=version)
            self._known.read = partial(self._read, self._kind, version)
            self._known.resource_version = ""
        listed = not self._known.resource_version
        try:
            if listed:
                await self._list()
            await self._watch()
        except ApiError as error:
            if error.gone:
                _log.info("the server has forgotten what %s were like: listing them again", self._kind.plural)
                self._known.resource_version = ""
                self._progress &= not listed  # a server that forgets what it has just told is not asked in haste
            if error.code != 404:
                raise
            self._serving.missed(self._kind)
        return None

    def take_progress(self) -> bool:
        """Say whether anything was learned since the last round began."""
        return self._progress

    async def _vanished(self) -> None:
        await self._tell(self._known.replace([], ""))
        await self._serving.changed(self._kind)

    async def _list(self) -> None:
        """Read all, in pages; in one where the server forgets (410) faster than pages can be read."""
        for limit in (PAGE, 0):
            arrival, version = self._known.begin(), ""
            try:
                async for page in self._client.pages(self._kind, self._scope, limit=limit):
                    arrival.take(page.items)
                    version = page.resource_version
            except ApiError as error:
                if not (error.gone and limit):
                    raise
                continue
            self._progress = True
            await self._tell(arrival.finish(version))
            break

    async def _watch(self) -> None:
        seconds = random.randint(240, 360)  # noqa: S311 (spread, so that not all end at once)
        begun = self._clock.monotonic()
        try:
            async for line in self._client.lines(
                self._kind, self._known.resource_version, self._scope, seconds=seconds
            ):
                self._progress = True
                for event in self._known.apply(line.type, line.object):
                    self._sink(event)
        except aiohttp.SocketTimeoutError:
            _log.info("the watch of %s fell silent: connecting again", self._kind.plural)
            return
        if not self._progress and self._clock.monotonic() - begun < LIVELY:
            raise OSError("the watch ended at once")

    async def _tell(self, events: list[Event]) -> None:
        for number, event in enumerate(events):
            self._sink(event)
            if number % BATCH == BATCH - 1:
                await self._clock.sleep(0)
