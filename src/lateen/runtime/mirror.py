"""Keep the objects of some kinds as an API server's watches tell them; own writes show at once."""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from lateen.base.clock import Clock
from lateen.base.refs import Key
from lateen.base.tasks import cancel, spawn
from lateen.kinds.all import by_kind
from lateen.runtime.events import Teller, untold
from lateen.sources.client import ApiError, Client
from lateen.sources.informer import Delete, Event, Put, Synced, follow

Json = dict[str, Any]

# Told of every change: the object before (None: new) and after (None: gone).
Listener = Callable[[Json | None, Json | None], None]


def key_of(raw: Json) -> Key:
    """The key of an object."""
    return Key(raw["metadata"].get("namespace", ""), raw["metadata"]["name"])


class Mirror:
    """Objects by kind and key. They are read only: changes go through the methods below.

    A write's answer is taken over before its watch event arrives, and an event that is older than what is
    here is dropped: a reconciler that creates ten pods sees ten pods when it looks again.
    """

    def __init__(self, client: Client, kinds: Iterable[str], clock: Clock, tell: Teller = untold) -> None:
        self.client = client
        self.clock = clock
        self.tell = tell
        self._objects: dict[str, dict[Key, Json]] = {kind: {} for kind in kinds}
        self._listeners: dict[str, list[Listener]] = defaultdict(list)
        self._synced = {kind: asyncio.Event() for kind in self._objects}

    def get(self, kind: str, key: Key) -> Json | None:
        return self._objects[kind].get(key)

    def all(self, kind: str) -> list[Json]:
        return list(self._objects[kind].values())

    def within(self, kind: str, namespace: str) -> list[Json]:
        return [raw for key, raw in self._objects[kind].items() if key.namespace == namespace]

    def owned(self, kind: str, owner: Json) -> list[Json]:
        """The objects that `owner` controls."""
        uid = owner["metadata"]["uid"]
        namespace = owner["metadata"].get("namespace", "")
        return [raw for raw in self.within(kind, namespace) if controller_uid(raw) == uid]

    def listen(self, kind: str, listener: Listener) -> None:
        """Tell `listener` of every change of `kind` from now on."""
        self._listeners[kind].append(listener)

    async def run(self) -> None:
        """Follow all kinds until cancelled."""
        tasks = [
            spawn(
                follow(self.client, by_kind(kind), partial(self._hear, kind), clock=self.clock),
                name=f"watch of {kind}",
            )
            for kind in self._objects
        ]
        try:
            await asyncio.gather(*tasks)
        finally:
            await cancel(*tasks)

    async def synced(self) -> None:
        """Wait until every kind was listed once."""
        for event in self._synced.values():
            await event.wait()

    async def create(self, kind: str, raw: Json) -> Json:
        return self._take(kind, await self.client.create(by_kind(kind), raw))

    async def replace(self, kind: str, raw: Json) -> Json:
        return self._take(kind, await self.client.replace(by_kind(kind), raw))

    async def patch(self, kind: str, key: Key, body: Json) -> Json:
        """Merge `body` into the object (RFC 7386)."""
        return self._take(kind, await self.client.patch(by_kind(kind), key, body))

    async def update_status(self, kind: str, raw: Json) -> Json:
        return self._take(kind, await self.client.update_status(by_kind(kind), raw))

    async def delete(self, kind: str, key: Key) -> None:
        """Delete; an object that is gone already is no error."""
        try:
            await self.client.delete(by_kind(kind), key)
        except ApiError as error:
            if error.code != 404:
                raise
        before = self._objects[kind].get(key)
        if before is not None:
            self._put(kind, key, {**before, "metadata": {"deletionTimestamp": "", **before["metadata"]}})

    def _hear(self, kind: str, event: Event) -> None:
        match event:
            case Put(_, raw):
                self._take(kind, raw)
            case Delete(key, uid):
                if (here := self._objects[kind].get(key)) and here["metadata"]["uid"] == uid:
                    self._put(kind, key, None)
            case Synced():
                self._synced[kind].set()

    def _take(self, kind: str, raw: Json) -> Json:
        key = key_of(raw)
        before = self._objects[kind].get(key)
        if before is None or _version(raw) >= _version(before):
            self._put(kind, key, raw)
        return raw

    def _put(self, kind: str, key: Key, raw: Json | None) -> None:
        objects = self._objects[kind]
        before = objects.get(key)
        if raw is None:
            objects.pop(key, None)
        else:
            objects[key] = raw
        if before != raw:
            for listener in self._listeners[kind]:
                listener(before, raw)


def controller_uid(raw: Json) -> str:
    """The uid of the object that controls this one; "" when none does."""
    for reference in raw["metadata"].get("ownerReferences") or ():
        if reference.get("controller"):
            return str(reference["uid"])
    return ""


def _version(raw: Json) -> int:
    """Resource versions are numbers that grow, in Kubernetes' API server as in ours."""
    return int(raw["metadata"].get("resourceVersion") or 0)
