"""Tell in the objects' statuses what became of them: accepted or not, and acknowledged by the proxies or not.

`Reconciled` is true of a version when every proxy that was connected when the version had been computed has since, at
some moment, taken everything there was for it. It is not asked which proxies an object concerns: that costs nothing
where nothing changed, and can only be late, never wrong. Of what a proxy refuses it is asked which objects it is made
of: those say so. Proxies of other replicas are not seen.
"""

import asyncio
from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any

from lateen.app import conditions
from lateen.app.pump import Pump
from lateen.app.refusals import Refusal, Refusals
from lateen.app.version import Version, blockers
from lateen.base.clock import Clock
from lateen.base.errors import Fault, Invalid
from lateen.base.refs import Key
from lateen.kinds.all import by_kind
from lateen.kinds.spec import KindSpec
from lateen.reactive import Collection
from lateen.server.ads import Connection
from lateen.sources.statuses import Place, Statuses, Wanted
from lateen.store.store import Store

Raw = dict[str, Any]
Remarks = Collection[Key, tuple[Fault, ...]]

GROUPS = ("networking.istio.io", "security.istio.io", "telemetry.istio.io", "extensions.istio.io")
LOOK = 0.1
"""Seconds between two looks at proxies that have not acknowledged yet."""
LATE_LOOK = 1.0
PATIENCE = 2.0
"""Seconds after which it is said that some have not."""
NAMED = 3


class Reports:
    """Hears of every version of Istio's objects; `run` writes what becomes of them into `statuses`.

    A version is `fresh` until it is computed, `late` until proxies have answered, `held` while some refuse it, then
    `done`.
    """

    def __init__(self, store: Store, pump: Pump, statuses: Statuses, refusals: Refusals, clock: Clock) -> None:
        self._store, self._pump = store, pump
        self._statuses, self._refusals, self._clock = statuses, refusals, clock
        self._fresh: dict[Place, Version] = {}
        self._late: dict[Place, Version] = {}
        self._held: dict[Place, Version] = {}
        self._done: dict[Place, Version] = {}
        self._reviewed: frozenset[Refusal] = frozenset()
        self._behind: list[Connection] = []
        self._news = asyncio.Event()
        self._remarks: dict[str, Remarks] = {}

    def follow(self, kind: str, remarks: Remarks) -> None:
        """Report of a kind's objects what is noticed of them beside their own faults, as it changes."""
        self._remarks[kind] = remarks
        remarks.subscribe(partial(self._remarked, by_kind(kind)))

    def _remarked(self, spec: KindSpec, changes: Mapping[Key, tuple[Fault, ...] | None]) -> None:
        for key in changes:
            found = self._store[spec.name].get(key)
            if found is not None and (spec.name, key) not in self._store.rejections:
                place, known = Place(spec, key), self._refusals.now()
                version = Version(found.meta.uid, found.raw["apiVersion"], found.meta.generation, known)
                self._fresh.setdefault(place, self._done.get(place) or self._held.get(place) or version)
                self._news.set()

    def heard(self, kind: str, raw: Raw) -> None:
        """Take note of a version that the store was given."""
        spec = by_kind(kind)
        if spec.group not in GROUPS:
            return
        meta = raw["metadata"]
        place = Place(spec, Key(meta.get("namespace", ""), meta["name"]))
        self._drop(place)
        generation, known = int(meta.get("generation") or 0), self._refusals.now()
        version = Version(meta.get("uid", ""), raw["apiVersion"], generation, known)
        if (refusal := self._store.rejections.get((kind, place.key))) is not None:
            self._refuse(place, version, refusal)
        elif not self._store[kind].read:
            self._say(place, version, conditions.not_read(version.generation, kind))
        else:
            self._fresh[place] = version
            self._news.set()

    def refused(self) -> None:
        """Some proxy has refused something."""
        self._refusals.changed()
        self._news.set()

    def saw(self, kind: str, key: Key, status: Raw) -> None:
        """Take note of what an object's status says."""
        if (spec := by_kind(kind)).group in GROUPS:
            self._statuses.saw(Place(spec, key), status)

    def forget(self, kind: str, key: Key) -> None:
        """The object is gone."""
        place = Place(by_kind(kind), key)
        self._drop(place)
        self._statuses.forget(place)

    def _drop(self, place: Place) -> None:
        for versions in (self._fresh, self._late, self._held, self._done):
            versions.pop(place, None)

    async def run(self) -> None:
        """Report until cancelled."""
        while True:
            if not self._late and not self._held:
                await self._news.wait()
            self._news.clear()
            await self._pump.idle()
            fresh, self._fresh = self._fresh, {}
            if fresh:
                now = self._clock.now()
                await self._follow({place: each.computed(now) for place, each in fresh.items()})
            await self._clock.sleep(LOOK if fresh else LATE_LOOK)
            self._behind = _unanswered(self._behind, self._refusals.connections())
            self._review()
            if self._late and not self._behind:
                late, self._late = self._late, {}
                self._judge(late)

    async def _follow(self, versions: dict[Place, Version]) -> None:
        """Wait for the proxies; what they do not answer in time joins what is late already."""
        connected = self._refusals.connections()
        behind, deadline = connected, self._clock.monotonic() + PATIENCE
        while (behind := _unanswered(behind, self._refusals.connections())) and self._clock.monotonic() < deadline:
            await self._clock.sleep(LOOK)
        if not behind:
            self._refusals.look()
            return self._judge(versions)
        names = [f"{each.node.pod}.{each.node.namespace}" for each in behind[:NAMED]]
        for place, version in versions.items():
            found = conditions.waiting(version.generation, len(behind), len(connected), names)
            self._say(place, version, found)
        self._late |= versions
        self._behind += [each for each in behind if each not in self._behind]
        return None

    def _judge(self, versions: dict[Place, Version]) -> None:
        """Say of versions that the proxies have answered whether they took them."""
        for place, version in versions.items():
            if place in self._fresh:
                continue
            self._drop(place)
            if found := blockers(version, (place.kind.name, place.key), self._refusals):
                self._held[place] = version._replace(held=frozenset(each.at for each in found))
                told = [str(each) for each in found[:NAMED]]
                second = conditions.refused_by_proxies(version.generation, told, len(found) - len(told))
            else:
                since = self._clock.now() if version.held else version.since
                self._done[place] = version._replace(known=frozenset(), since=since, confirmed=True, held=frozenset())
                second = conditions.reconciled(version.generation)
            self._say(place, version, second)

    def _review(self) -> None:
        """Where refusals came or went, judge again what they may concern."""
        before, self._reviewed = self._reviewed, self._refusals.look()
        if self._reviewed == before:
            return
        objects = {name for each in self._reviewed - before for name in self._refusals.objects(each)}
        touched = (Place(by_kind(kind), key) for kind, key in objects if kind)
        self._judge({place: self._done[place] for place in touched if place in self._done} | self._held)

    def _say(self, place: Place, version: Version, second: Raw) -> None:
        """Report an accepted version, unless it is gone or another was heard of meanwhile."""
        found = self._store[place.kind.name].get(place.key)
        if found is None or found.meta.uid != version.uid or place in self._fresh:
            return
        remarks = self._remarks.get(place.kind.name)
        warnings = (*found.warnings, *((remarks.get(place.key) if remarks is not None else None) or ()))
        conditions_ = [conditions.accepted(version.generation, warnings), second]
        status = conditions.status_of(version.generation, conditions_, warnings)
        self._statuses.want(place, Wanted(version.uid, version.api_version, status))

    def _refuse(self, place: Place, version: Version, refusal: Invalid) -> None:
        generation, faults = version.generation, refusal.faults
        both = [conditions.refused(generation, faults), conditions.not_in_force(generation)]
        status = conditions.status_of(generation, both, faults)
        self._statuses.want(place, Wanted(version.uid, version.api_version, status))


def _unanswered(some: Iterable[Connection], connected: list[Connection]) -> list[Connection]:
    """Those that are still there and have not answered everything."""
    there = {id(each) for each in connected}
    return [each for each in some if id(each) in there and not each.proxy.session.answered()]
