"""Follow one kind of an API server: every change once, in order, through reconnects and restarts."""

import logging
import random
from collections.abc import Callable
from typing import NoReturn

import aiohttp

from lateen.base.clock import Clock, SystemClock
from lateen.kinds.spec import KindSpec
from lateen.sources.api_error import ApiError
from lateen.sources.client import Client
from lateen.sources.known import Delete, Event, Known, Put, Synced

__all__ = ["Delete", "Event", "Put", "Sink", "Synced", "follow"]

Sink = Callable[[Event], None]

_log = logging.getLogger(__name__)


async def follow(
    client: Client,
    kind: KindSpec,
    sink: Sink,
    *,
    namespace: str = "",
    label_selector: str = "",
    field_selector: str = "",
    clock: Clock | None = None,
    longest_wait: float = 5.0,
) -> NoReturn:
    """Call `sink` with `Put`, `Delete` and, after each complete list, `Synced`; runs until cancelled.

    A lost connection resumes behind the last event; only a version too old (410) lists again, and
    then only what differs is told. A kind that the server does not serve (404) counts as empty.
    `longest_wait` bounds, in seconds, the pause between attempts. An error of `sink` ends it.
    """
    follower = _Follower(client, kind, sink, (namespace, label_selector, field_selector))
    clock = clock or SystemClock()
    failures = 0
    while True:
        try:
            progress = await follower.round()
            failures = 0 if progress else failures + 1
        except (ApiError, aiohttp.ClientError, OSError, TimeoutError) as error:
            failures = 1 if follower.take_progress() else failures + 1
            if failures == 5:
                _log.warning("cannot follow %s at %s (trying on): %s", kind.plural, client.url, error)
        if failures:
            pause = min(longest_wait, 0.05 * 2 ** min(failures, 10))
            await clock.sleep(pause * random.uniform(0.5, 1.0))  # noqa: S311 (jitter is no secret)


class _Follower:
    def __init__(self, client: Client, kind: KindSpec, sink: Sink, scope: tuple[str, str, str]) -> None:
        self._client, self._kind, self._sink = client, kind, sink
        self._namespace, self._labels, self._fields = scope
        self._known = Known()
        self._progress = False

    async def round(self) -> bool:
        """List when needed, then watch until the server ends it; True when something was learned."""
        if not self._known.resource_version:
            await self._list()
        if self._known.resource_version:
            await self._watch()
        return self.take_progress()

    def take_progress(self) -> bool:
        progress, self._progress = self._progress, False
        return progress

    async def _list(self) -> None:
        try:
            items, version = await self._client.list(
                self._kind, self._namespace, label_selector=self._labels, field_selector=self._fields
            )
        except ApiError as error:
            if error.code != 404:
                raise
            items, version = [], ""
        self._progress = bool(version)
        self._tell(self._known.replace(items, version))

    async def _watch(self) -> None:
        events = self._client.watch(
            self._kind,
            self._known.resource_version,
            namespace=self._namespace,
            label_selector=self._labels,
            field_selector=self._fields,
            seconds=random.randint(240, 360),  # noqa: S311 (spread, so that not all end at once)
        )
        try:
            async for event in events:
                self._progress = True
                self._tell(self._known.apply(event.type, event.object))
        except ApiError as error:
            if not error.gone:
                raise
            self._known.resource_version = ""

    def _tell(self, events: list[Event]) -> None:
        for event in events:
            self._sink(event)
