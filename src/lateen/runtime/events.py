"""Tell people what happens to objects, as Events: in the background, bounded, and never in anybody's way."""

import asyncio
import logging
import secrets
from collections import OrderedDict, deque
from collections.abc import Callable
from typing import Any, NamedTuple

import aiohttp

from lateen.base.clock import Clock, rfc3339
from lateen.base.refs import Key
from lateen.kinds.all import by_kind
from lateen.sources.client import ApiError, Client

_log = logging.getLogger(__name__)

Json = dict[str, Any]
# Says of an object: reason (one word), message, and whether it is a warning.
Teller = Callable[[Json, str, str, bool], None]

# What waits to be written, at most: the oldest gives way.
WAITING = 256
# Different events that are remembered, so that the same once more is counted and not written anew.
REMEMBERED = 1024


class Happening(NamedTuple):
    """Something that happened to an object, as `component` tells it."""

    object: Json
    component: str
    reason: str
    message: str
    warning: bool


def untold(raw: Json, reason: str, message: str, warning: bool = False) -> None:
    """Tell nobody."""


class Events:
    """Writes events; the same once more within an hour counts up the one that there is."""

    def __init__(self, client: Client, clock: Clock, host: str) -> None:
        self._client, self._clock, self._host = client, clock, host
        self._waiting: deque[Happening] = deque(maxlen=WAITING)
        self._woken = asyncio.Event()
        self._known: OrderedDict[tuple[str, str, str], tuple[Key, int]] = OrderedDict()

    def teller(self, component: str) -> Teller:
        """What `component` tells by."""

        def tell(raw: Json, reason: str, message: str, warning: bool = False) -> None:
            self._waiting.append(Happening(raw, component, reason, message, warning))
            self._woken.set()

        return tell

    async def run(self) -> None:
        """Write until cancelled; what the API server does not take is dropped."""
        while True:
            await self._woken.wait()
            self._woken.clear()
            while self._waiting:
                try:
                    await self._write(self._waiting.popleft())
                except (ApiError, aiohttp.ClientError, OSError, TimeoutError) as error:
                    _log.debug("an event is not told: %s", error)

    async def _write(self, happening: Happening) -> None:
        identity = happening.object["metadata"].get("uid", ""), happening.reason, happening.message
        if (known := self._known.get(identity)) is not None and await self._count(identity, *known):
            return
        raw = self._event(happening)
        await self._client.create(by_kind("Event"), raw)
        self._known[identity] = Key(raw["metadata"]["namespace"], raw["metadata"]["name"]), 1
        if len(self._known) > REMEMBERED:
            self._known.popitem(last=False)

    async def _count(self, identity: tuple[str, str, str], key: Key, count: int) -> bool:
        """Count an event up; False when it is there no more."""
        body = {"count": count + 1, "lastTimestamp": rfc3339(self._clock.now())}
        try:
            await self._client.patch(by_kind("Event"), key, body)
        except ApiError as error:
            if error.code != 404:
                raise
            return False
        self._known[identity] = key, count + 1
        return True

    def _event(self, happening: Happening) -> Json:
        raw, now = happening.object, rfc3339(self._clock.now())
        meta = raw["metadata"]
        namespace = meta.get("namespace") or "default"
        names = ("name", "namespace", "uid", "resourceVersion")
        regarded = {"kind": raw["kind"], "apiVersion": raw["apiVersion"]} | {n: meta[n] for n in names if n in meta}
        return {
            "apiVersion": "v1",
            "kind": "Event",
            "metadata": {"name": f"{meta['name']}.{secrets.token_hex(8)}", "namespace": namespace},
            "involvedObject": regarded,
            "type": "Warning" if happening.warning else "Normal",
            "reason": happening.reason,
            "message": happening.message,
            "count": 1,
            "firstTimestamp": now,
            "lastTimestamp": now,
            "source": {"component": happening.component, "host": self._host},
            "reportingComponent": happening.component,
        }
