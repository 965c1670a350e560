"""Delete what belongs to something that is gone: dependents of owners, contents of namespaces, old events."""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime
from typing import Any, NamedTuple

import msgspec

from lateen.apiserver.deletion import FOREGROUND, ORPHAN, DeleteOptions
from lateen.apiserver.objects import Objects, Write
from lateen.apiserver.status import Refusal
from lateen.apiserver.storage import Change
from lateen.base.clock import Clock
from lateen.base.refs import Key
from lateen.kinds.all import KINDS, by_kind
from lateen.kinds.spec import KindSpec

Raw = dict[str, Any]

EVENT_SECONDS = 3600.0  # how long events are kept
_RETRY_SECONDS = 1.0
_SWEEP_SECONDS = 60.0
_WRITE = Write("kube-controller-manager", "v1")

_log = logging.getLogger(__name__)


class _Owner(msgspec.Struct, rename="camel"):
    uid: str = ""
    block_owner_deletion: bool = False


class _Meta(msgspec.Struct, rename="camel"):
    uid: str = ""
    owner_references: tuple[_Owner, ...] = ()
    finalizers: tuple[str, ...] = ()
    deletion_timestamp: str = ""


class _Head(msgspec.Struct):
    """What the collector reads of an object: decoding skips the rest."""

    metadata: _Meta


class Place(NamedTuple):
    """An object of any kind."""

    resource: str
    key: Key


class Collector:
    """Follows every change and does, one after another, what follows from it."""

    def __init__(self, objects: Objects, clock: Clock) -> None:
        self._objects, self._clock = objects, clock
        self._kinds = {kind.resource: kind for kind in KINDS}
        self._living: dict[str, Place] = {}
        self._dependents: defaultdict[str, set[Place]] = defaultdict(set)
        self._owners: dict[Place, tuple[str, ...]] = {}
        self._todo: dict[Place, None] = {}
        self._closing: set[str] = set()  # namespaces being deleted
        self._wake = asyncio.Event()
        for kind in KINDS:
            for key, body in objects.storage.objects(kind.resource):
                self._note(Place(kind.resource, key), body)
        objects.storage.subscribe(self._follow)

    def _follow(self, change: Change) -> None:
        place = Place(change.resource, change.key)
        if change.type == "DELETED":
            self._forget(place, msgspec.json.decode(change.body, type=_Head).metadata.uid)
        else:
            self._note(place, change.body)
        self._wake.set()

    def _note(self, place: Place, body: bytes) -> None:
        meta = msgspec.json.decode(body, type=_Head).metadata
        owners = tuple(owner.uid for owner in meta.owner_references)
        for uid in self._owners.get(place, ()):
            self._dependents[uid].discard(place)
        for uid in owners:
            self._dependents[uid].add(place)
        self._owners[place] = owners
        self._living[meta.uid] = place
        if place.resource == "namespaces" and meta.deletion_timestamp:
            self._closing.add(place.key.name)
        if any(uid not in self._living for uid in owners) or meta.deletion_timestamp:
            self._todo[place] = None

    def _forget(self, place: Place, uid: str) -> None:
        self._living.pop(uid, None)
        for owner in self._owners.pop(place, ()):
            dependents = self._dependents[owner]
            dependents.discard(place)
            if not dependents:
                del self._dependents[owner]
            if owner in self._living:  # it may be waiting for its dependents
                self._todo[self._living[owner]] = None
        self._todo |= dict.fromkeys(self._dependents.get(uid, ()))
        if place.key.namespace in self._closing:
            self._todo[Place("namespaces", Key("", place.key.namespace))] = None
        if place.resource == "namespaces":
            self._closing.discard(place.key.name)

    async def run(self) -> None:
        """Work until cancelled."""
        loop = asyncio.get_running_loop()
        sweep = loop.time()
        while True:
            self._wake.clear()
            failed = self.work()
            if loop.time() >= sweep:
                self.drop_events()
                sweep = loop.time() + _SWEEP_SECONDS
            try:
                async with asyncio.timeout(_RETRY_SECONDS if failed else _SWEEP_SECONDS):
                    await self._wake.wait()
            except TimeoutError:
                self._todo |= dict.fromkeys(failed)

    def work(self) -> list[Place]:
        """Do everything that is to do now; returns what could not be done and is to be tried again."""
        failed = []
        while self._todo:
            place = next(iter(self._todo))
            del self._todo[place]
            try:
                self._attend(place)
            except Refusal as refusal:
                if refusal.code not in (404, 409):
                    _log.warning("cannot collect %s %s (trying again): %s", place.resource, place.key, refusal)
                failed.append(place)
        return failed

    def _attend(self, place: Place) -> None:
        kind = self._kinds[place.resource]
        raw = self._objects.find(kind, place.key)
        if raw is None:
            return
        meta = raw["metadata"]
        if "deletionTimestamp" not in meta:
            self._check_owners(kind, place, raw)
            return
        if FOREGROUND in meta.get("finalizers", ()):
            self._delete_dependents(kind, place, meta["uid"])
        elif ORPHAN in meta.get("finalizers", ()):
            self._release_dependents(kind, place, meta["uid"])
        elif kind.kind == "Namespace":
            self._empty(kind, place.key)

    def _check_owners(self, kind: KindSpec, place: Place, raw: Raw) -> None:
        """Delete an object when all its owners are gone; let go of those that are gone while others live."""
        references = raw["metadata"].get("ownerReferences") or []
        gone = [reference["uid"] for reference in references if reference["uid"] not in self._living]
        if not gone:
            return
        if len(gone) == len(references):
            self._objects.delete(kind, place.key, DeleteOptions(uid=raw["metadata"]["uid"]))
        else:
            self._objects.update(kind, place.key, lambda live: _without_owners(live, gone), _WRITE)

    def _delete_dependents(self, kind: KindSpec, place: Place, uid: str) -> None:
        dependents = list(self._dependents.get(uid, ()))
        for dependent in dependents:
            options = DeleteOptions(
                propagation="Foreground" if self._dependents.get(self._uid(dependent)) else "Background"
            )
            self._objects.delete(self._kinds[dependent.resource], dependent.key, options)
        if not any(self._blocks(dependent, uid) for dependent in self._dependents.get(uid, ())):
            self._objects.update(kind, place.key, lambda live: _without_finalizer(live, FOREGROUND), _WRITE)

    def _blocks(self, dependent: Place, uid: str) -> bool:
        """Whether an owner that is deleted in the foreground waits for a dependent."""
        body = self._objects.storage.get(dependent.resource, dependent.key)
        owners = msgspec.json.decode(body, type=_Head).metadata.owner_references if body else ()
        return any(owner.uid == uid and owner.block_owner_deletion for owner in owners)

    def _release_dependents(self, kind: KindSpec, place: Place, uid: str) -> None:
        for dependent in list(self._dependents.get(uid, ())):
            owned = self._kinds[dependent.resource]
            self._objects.update(owned, dependent.key, lambda live: _without_owners(live, [uid]), _WRITE)
        self._objects.update(kind, place.key, lambda live: _without_finalizer(live, ORPHAN), _WRITE)

    def _uid(self, place: Place) -> str:
        raw = self._objects.find(self._kinds[place.resource], place.key)
        return raw["metadata"]["uid"] if raw else ""

    def _empty(self, kind: KindSpec, key: Key) -> None:
        """Delete everything in a namespace, and when nothing is left the namespace."""
        for owned, inner in self._contents(key.name):
            self._objects.delete(owned, inner, DeleteOptions())
        if next(self._contents(key.name), None) is None:
            self._objects.update(kind, key, lambda live: live | {"spec": {"finalizers": []}}, _WRITE)

    def _contents(self, namespace: str) -> Iterator[tuple[KindSpec, Key]]:
        for kind in KINDS:
            if kind.namespaced:
                for key, _ in self._objects.storage.objects(kind.resource, namespace):
                    yield kind, key

    def drop_events(self) -> None:
        """Delete events that are older than `EVENT_SECONDS`."""
        kind, now = by_kind("Event", ""), self._clock.now()
        for key, body in self._objects.storage.objects(kind.resource):
            raw = msgspec.json.decode(body)
            if now - _last_seen(raw) > EVENT_SECONDS:
                self._objects.delete(kind, key, DeleteOptions())


def _last_seen(event: Raw) -> float:
    created = event["metadata"]["creationTimestamp"]
    for text in (event.get("lastTimestamp"), event.get("eventTime"), created):
        try:
            return datetime.fromisoformat(text or "").timestamp()
        except ValueError:
            continue
    return 0.0


def _without_owners(raw: Raw, uids: list[str]) -> Raw:
    references = raw["metadata"].get("ownerReferences") or ()
    kept = [reference for reference in references if reference["uid"] not in uids]
    return raw | {"metadata": raw["metadata"] | {"ownerReferences": kept}}


def _without_finalizer(raw: Raw, finalizer: str) -> Raw:
    kept = [name for name in raw["metadata"].get("finalizers") or () if name != finalizer]
    return raw | {"metadata": raw["metadata"] | {"finalizers": kept}}
