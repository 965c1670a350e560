"""Which Sidecar is in force for a proxy, as collections.

One that selects the workload counts before its namespace's default, and that before the root namespace's.
"""

from dataclasses import dataclass

from lateen.base.refs import Key
from lateen.base.selectors import matches
from lateen.planner.scope import Scope
from lateen.planner.sidecar import SidecarRules, sidecar_rules
from lateen.reactive import Collection, Engine, Index, Read
from lateen.registry.workload import Workload
from lateen.store.store import Store


@dataclass(frozen=True)
class Sidecars:
    """`defaults`, `selecting`: by namespace, those without and with a selector."""

    rules: Collection[Key, SidecarRules]
    defaults: Index[str, Key, SidecarRules]
    selecting: Index[str, Key, SidecarRules]

    def chosen(self, read: Read, workload: Workload) -> str:
        """Name the Sidecar that selects a workload, the oldest of several; "" when there is none."""
        known = read.find(self.selecting, workload.namespace).values()
        found = [one for one in known if matches(one.selector, workload.labels)]
        return min(found, key=lambda one: one.age).name if found else ""

    def in_force(self, read: Read, scope: Scope, root_namespace: str) -> SidecarRules | None:
        """Return the Sidecar that the proxies of a scope obey, None when there is none."""
        chosen = read.get(self.rules, Key(scope.namespace, scope.sidecar)) if scope.sidecar else None
        return chosen or self._default(read, scope.namespace) or self._default(read, root_namespace)

    def _default(self, read: Read, namespace: str) -> SidecarRules | None:
        found = read.find(self.defaults, namespace).values()
        return min(found, key=lambda one: one.age) if found else None


def build_sidecars(engine: Engine, store: Store) -> Sidecars:
    """Build the collections over the store's."""
    rules = engine.map("sidecars", store["Sidecar"], lambda read, key, found: sidecar_rules(found))
    return Sidecars(
        rules=rules,
        defaults=engine.index("default sidecars", rules, lambda key, one: [] if one.selector else [one.namespace]),
        selecting=engine.index("selecting sidecars", rules, lambda key, one: [one.namespace] if one.selector else []),
    )
