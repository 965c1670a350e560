"""What connected proxies refuse, and of which objects it was made."""

import sys
from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

from msgspec import Struct

from lateen.app.pipeline import ADDED, ConnectedProxy, Pipeline
from lateen.base.refs import Key, Origin
from lateen.plan.patch import Patches
from lateen.planner.scope import ByName
from lateen.proto import name_table, types
from lateen.reactive import Read
from lateen.reactive.collection import Collection
from lateen.server.ads import Connection

SHORT = {
    types.CLUSTER: "CDS",
    types.ENDPOINT: "EDS",
    types.LISTENER: "LDS",
    types.ROUTE: "RDS",
    name_table.NAME: "NDS",
    types.EXTENSION_CONFIG: "ECDS",
}
# Reads what there is, for nobody who would have to read it again.
_LOOK = Read("refusals", sys.maxsize)

Named = tuple[str, Key]
"""An object by kind and key."""


class At(NamedTuple):
    """A resource of one proxy."""

    connection: Connection
    type_url: str
    name: str


class Refusal(NamedTuple):
    """One resource that one proxy refused, in the version that it was sent with `nonce`."""

    connection: Connection
    type_url: str
    name: str
    reason: str
    nonce: str

    @property
    def at(self) -> At:
        """Which resource, in whatever version."""
        return At(self.connection, self.type_url, self.name)

    @property
    def proxy(self) -> str:
        """The proxy, as proxy-status names it."""
        return f"{self.connection.node.pod}.{self.connection.node.namespace}"

    def __str__(self) -> str:
        what = f"{SHORT.get(self.type_url, self.type_url)} {self.name}".rstrip()
        return f"{self.proxy} refused {what}: {self.reason}"


class Refusals:
    """All of them as they stand; looked for only when asked to `look`, or when some `changed`."""

    def __init__(self, pipeline: Pipeline, connections: Callable[[], list[Connection]]) -> None:
        self.connections = connections
        self._pipeline = pipeline
        self._objects: dict[Refusal, frozenset[Named]] = {}
        self._by_objects: dict[frozenset[Named], list[Refusal]] = {}
        self._now: frozenset[Refusal] = frozenset()
        self._stale = False

    def changed(self) -> None:
        """A proxy has refused something."""
        self._stale = True

    def now(self) -> frozenset[Refusal]:
        """Return what is refused; what ended since the last look is still among it."""
        if self._stale:
            self.look()
        return self._now

    def look(self) -> frozenset[Refusal]:
        """Look at all connected proxies, and return what they refuse."""
        self._stale = False
        known, made = self._objects, dict[tuple[int, Patches], frozenset[Named]]()
        found = [refusal for connection in self.connections() for refusal in _of(connection)]
        self._objects = {each: known[each] if each in known else self._made_of(each, made) for each in found}
        self._now = frozenset(self._objects)
        # Proxies share plans, and so the sets of objects: few sets, however many proxies.
        self._by_objects = {}
        for each, objects in self._objects.items():
            self._by_objects.setdefault(objects, []).append(each)
        return self._now

    def of(self, name: Named) -> list[Refusal]:
        """Return those of resources that the object `name` is part of."""
        return [each for objects, refusals in self._by_objects.items() if name in objects for each in refusals]

    def objects(self, refusal: Refusal) -> frozenset[Named]:
        """Return the objects that the refused resource was made of when it was first seen to be refused."""
        return self._objects.get(refusal, frozenset())

    def _made_of(self, refusal: Refusal, made: dict[tuple[int, Patches], frozenset[Named]]) -> frozenset[Named]:
        """`made`: what is known already, by plan and patches: proxies share them."""
        if (found := self._plan(refusal)) is None:
            return frozenset()
        plan, patches = found
        if (id(plan), patches) not in made:
            named = frozenset((each.kind, Key(each.namespace, each.name)) for each in origins(found))
            made[id(plan), patches] = named
        return made[id(plan), patches]

    def _plan(self, refusal: Refusal) -> tuple[object, Patches] | None:
        """The plan of what was refused, and the patches that hit it."""
        plans, proxy = self._pipeline.plans, refusal.connection.proxy
        tables: dict[str, Collection[ByName, Any]] = {
            types.CLUSTER: plans.upstreams,
            types.ENDPOINT: plans.assignments,
            types.LISTENER: plans.listeners,
            types.ROUTE: plans.routes,
            types.EXTENSION_CONFIG: plans.modules,
        }
        if not isinstance(proxy, ConnectedProxy):
            return None
        table = tables.get(refusal.type_url)
        for scope in proxy.scopes:
            if table is not None and (plan := table.get((scope, refusal.name))) is not None:
                return plan, plans.patches.of_piece(_LOOK, scope, plan)
            for target, added in plans.additions.items():
                if ADDED[target] == refusal.type_url and (plan := added.get((scope, refusal.name))) is not None:
                    return plan, ()
        return None


def origins(plan: object) -> Iterator[Origin]:
    """Yield where the parts of a plan come from."""
    if isinstance(plan, Origin):
        yield plan
    elif isinstance(plan, Struct):
        for field in plan.__struct_fields__:
            yield from origins(getattr(plan, field))
    elif isinstance(plan, Iterable) and not isinstance(plan, str | bytes):
        for part in plan:
            yield from origins(part)


def _of(connection: Connection) -> Iterator[Refusal]:
    for type_url, name, nack in connection.proxy.session.refusals():
        yield Refusal(connection, type_url, name, *nack)
