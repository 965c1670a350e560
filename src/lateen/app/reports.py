"""Tell in the objects' statuses what became of them: accepted or not, and acknowledged by the proxies or not.

`Reconciled` is true of a version when every proxy that was connected when the version had been computed has since, at
some moment, acknowledged everything there was for it. It is not asked which proxies an object concerns: that costs
nothing where nothing changed, and can only be late, never wrong. Proxies of other replicas are not seen.
"""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from lateen.app import conditions
from lateen.app.pump import Pump
from lateen.base.clock import Clock
from lateen.base.errors import Fault, Invalid
from lateen.base.refs import Key
from lateen.kinds.all import by_kind
from lateen.reactive import Collection
from lateen.server.ads import Connection
from lateen.sources.statuses import Place, Statuses, Wanted
from lateen.store.store import Store

Raw = dict[str, Any]

GROUPS = ("networking.istio.io", "security.istio.io", "telemetry.istio.io", "extensions.istio.io")
LOOK = 0.1
"""Seconds between two looks at proxies that have not acknowledged yet."""
LATE_LOOK = 1.0
PATIENCE = 2.0
"""Seconds after which it is said that some have not."""
NAMED = 3


class _Version(NamedTuple):
    uid: str
    api_version: str
    generation: int


class Reports:
    """Hears of every version of Istio's objects; `run` writes what becomes of them into `statuses`."""

    def __init__(
        self, store: Store, pump: Pump, connections: Callable[[], list[Connection]], statuses: Statuses, clock: Clock
    ) -> None:
        self._store, self._pump, self._connections = store, pump, connections
        self._statuses, self._clock = statuses, clock
        self._fresh: dict[Place, _Version] = {}
        self._late: dict[Place, _Version] = {}
        self._behind: list[Connection] = []
        self._news = asyncio.Event()
        self._remarks: Collection[Key, tuple[Fault, ...]] | None = None

    def follow(self, remarks: Collection[Key, tuple[Fault, ...]]) -> None:
        """Report of VirtualServices what is noticed of them among others, as it changes."""
        self._remarks = remarks
        remarks.subscribe(self._remarked)

    def _remarked(self, changes: Mapping[Key, tuple[Fault, ...] | None]) -> None:
        spec = by_kind("VirtualService")
        for key in changes:
            found = self._store[spec.kind].get(key)
            if found is not None and (spec.kind, key) not in self._store.rejections:
                version = _Version(found.meta.uid, found.raw["apiVersion"], found.meta.generation)
                self._fresh.setdefault(Place(spec, key), version)
                self._news.set()

    def heard(self, kind: str, raw: Raw) -> None:
        """Take note of a version that the store was given."""
        spec = by_kind(kind)
        if spec.group not in GROUPS:
            return
        meta = raw["metadata"]
        place = Place(spec, Key(meta.get("namespace", ""), meta["name"]))
        self._late.pop(place, None)
        version = _Version(meta.get("uid", ""), raw["apiVersion"], int(meta.get("generation") or 0))
        if (refusal := self._store.rejections.get((kind, place.key))) is not None:
            self._fresh.pop(place, None)
            self._refuse(place, version, refusal)
        elif not self._store[kind].read:
            self._say(place, version, conditions.not_read(version.generation, kind))
        else:
            self._fresh[place] = version
            self._news.set()

    def saw(self, kind: str, key: Key, status: Raw) -> None:
        """Take note of what an object's status says."""
        if (spec := by_kind(kind)).group in GROUPS:
            self._statuses.saw(Place(spec, key), status)

    def forget(self, kind: str, key: Key) -> None:
        """The object is gone."""
        place = Place(by_kind(kind), key)
        self._fresh.pop(place, None)
        self._late.pop(place, None)
        self._statuses.forget(place)

    async def run(self) -> None:
        """Report until cancelled."""
        while True:
            if not self._late:
                await self._news.wait()
            self._news.clear()
            await self._pump.idle()
            fresh, self._fresh = self._fresh, {}
            if fresh:
                await self._follow(fresh)
            await self._clock.sleep(LOOK if fresh else LATE_LOOK)
            self._behind = _unsettled(self._behind, self._connections())
            if self._late and not self._behind:
                late, self._late = self._late, {}
                self._confirm(late)

    async def _follow(self, versions: dict[Place, _Version]) -> None:
        """Wait for the proxies; what they do not acknowledge in time joins what is late already."""
        connected = self._connections()
        behind, deadline = connected, self._clock.monotonic() + PATIENCE
        while (behind := _unsettled(behind, self._connections())) and self._clock.monotonic() < deadline:
            await self._clock.sleep(LOOK)
        if not behind:
            return self._confirm(versions)
        names = [f"{each.node.pod}.{each.node.namespace}" for each in behind[:NAMED]]
        for place, version in versions.items():
            found = conditions.waiting(version.generation, len(behind), len(connected), names)
            self._say(place, version, found)
        self._late |= versions
        self._behind += [each for each in behind if each not in self._behind]
        return None

    def _confirm(self, versions: dict[Place, _Version]) -> None:
        for place, version in versions.items():
            self._say(place, version, conditions.reconciled(version.generation))

    def _say(self, place: Place, version: _Version, second: Raw) -> None:
        """Report an accepted version, unless it is gone or another was heard of meanwhile."""
        found = self._store[place.kind.kind].get(place.key)
        if found is None or found.meta.uid != version.uid or place in self._fresh:
            return
        remarks = self._remarks.get(place.key) if self._remarks is not None and found.kind == "VirtualService" else None
        warnings = (*found.warnings, *(remarks or ()))
        conditions_ = [conditions.accepted(version.generation, warnings), second]
        status = conditions.status_of(version.generation, conditions_, warnings)
        self._statuses.want(place, Wanted(version.uid, version.api_version, status))

    def _refuse(self, place: Place, version: _Version, refusal: Invalid) -> None:
        generation, faults = version.generation, refusal.faults
        both = [conditions.refused(generation, faults), conditions.not_in_force(generation)]
        status = conditions.status_of(generation, both, faults)
        self._statuses.want(place, Wanted(version.uid, version.api_version, status))


def _unsettled(some: Iterable[Connection], connected: list[Connection]) -> list[Connection]:
    """Those that are still there and have not acknowledged everything."""
    there = {id(each) for each in connected}
    return [each for each in some if id(each) in there and not each.proxy.session.settled()]
