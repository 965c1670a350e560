"""Write what becomes of the Gateway API's objects into their statuses, beside what other controllers say."""

from collections.abc import Iterator, Mapping
from typing import Any

from lateen.app.programmed import Programmed
from lateen.base.refs import Key
from lateen.kinds.all import by_kind
from lateen.kinds.object import Object
from lateen.planner.gateway_api.gateway import CONTROLLER
from lateen.planner.gateway_api.status import PROGRAMMED, Status
from lateen.planner.gateway_api.statuses import ObjectKey
from lateen.reactive import Collection
from lateen.sources.statuses import Part, Place, Statuses, Wanted, conditions_said, dated
from lateen.store.store import Store

Raw = dict[str, Any]

_PARENTS = {"parents": "parentRef", "ancestors": "ancestorRef"}
"""Where routes and policies are spoken of at several places, and how each place is named."""


class GatewayStatuses:
    """Follows what is to be said of objects; `statuses` hear of it once everything is known that it is made of."""

    def __init__(
        self, store: Store, wanted: Collection[ObjectKey, Status], statuses: Statuses, programmed: Programmed
    ) -> None:
        """`programmed`: holds back what proxies have not acknowledged."""
        self._store, self._wanted, self._statuses, self._programmed = store, wanted, statuses, programmed
        programmed.told = self._tell
        self._begun = False
        wanted.subscribe(self._changed)

    def saw(self, kind: str, key: Key, status: Raw) -> None:
        """Take note of what an object's status says."""
        for one in status.get("conditions") or ():
            if (one.get("type"), one.get("status")) == (PROGRAMMED, "True"):
                self._programmed.confirm((kind, *key), one.get("observedGeneration") or 0)
        self._statuses.saw(Place(by_kind(kind), key), status)

    def forget(self, kind: str, key: Key) -> None:
        """The object is gone."""
        self._statuses.forget(Place(by_kind(kind), key))
        self._programmed.forget((kind, *key))

    def begin(self) -> None:
        """All kinds are known."""
        self._begun = True
        self._changed(dict(self._wanted.items()))

    def _changed(self, changes: Mapping[ObjectKey, Status | None]) -> None:
        for name in changes if self._begun else ():
            self._tell(name)

    def _tell(self, name: ObjectKey) -> None:
        kind, key = name[0], Key(*name[1:])
        found, status = self._store[kind].get(key), self._wanted.get(name)
        judged = self._programmed.judged(name, status)
        if found is not None and (judged is not None or status is None):
            self._statuses.want(Place(by_kind(kind), key), _wanted_of(found, judged))


def _wanted_of(found: Object, status: Status | None) -> Wanted:
    """What is said; where nothing is any more, what was said at parents goes."""
    nothing: Raw = {"ancestors" if found.kind == "BackendTLSPolicy" else "parents": []}
    return Wanted(found.meta.uid, found.raw["apiVersion"], status.raw() if status else nothing)


def _said(status: Mapping[str, Any]) -> object:
    """What a status says that is ours to say, without since when."""
    return (
        conditions_said(status.get("conditions") or ()),
        [(one.get("type"), one.get("value")) for one in status.get("addresses") or ()],
        status.get("attachedListenerSets") or 0,
        sorted(_listener(one) for one in status.get("listeners") or ()),
        [
            sorted(
                (str(_reference(one, name)), conditions_said(one.get("conditions") or ()))
                for one in _ours(status, many)
            )
            for many, name in _PARENTS.items()
        ],
        [one.get("name") for one in status.get("supportedFeatures") or ()],
    )


def _at(one: Mapping[str, Any], name: str) -> tuple[str, str]:
    return str(_reference(one, name)), str(conditions_said(one.get("conditions") or ()))


def _listener(one: Mapping[str, Any]) -> tuple[str, str]:
    kinds = [kind.get("kind") for kind in one.get("supportedKinds") or ()]
    said = (one.get("attachedRoutes"), kinds, conditions_said(one.get("conditions") or ()))
    return str(one.get("name")), str(said)


def _ours(status: Mapping[str, Any], many: str) -> Iterator[Mapping[str, Any]]:
    return (one for one in status.get(many) or () if one.get("controllerName") == CONTROLLER)


def _reference(parent: Mapping[str, Any], name: str) -> object:
    return sorted((key, str(value)) for key, value in (parent.get(name) or {}).items())


def _dated(status: Raw, before: Mapping[str, Any], now: str) -> Raw:
    """Add since when each condition is so; what other controllers say of a route or policy stays."""
    found = dated(status, before, now)
    if "listeners" in found:
        old = {one.get("name"): one for one in before.get("listeners") or ()}
        found["listeners"] = [dated(one, old.get(one["name"]) or {}, now) for one in found["listeners"]]
    for many, name in _PARENTS.items():
        if many in found:
            said = {str(_reference(one, name)): one for one in _ours(before, many)}
            others = [one for one in before.get(many) or () if one.get("controllerName") != CONTROLLER]
            own = [dated(one, said.get(str(_reference(one, name))) or {}, now) for one in found[many]]
            found[many] = own + others
    return found


GATEWAY_API = Part("lateen-gateway-api", _said, 0.05, _dated)
"""What becomes of the Gateway API's objects."""
