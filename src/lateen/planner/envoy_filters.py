"""EnvoyFilters as collections: which of them are for which proxies.

Proxies that no filter tells apart share their scopes. A scope says which filters select its proxies, and which
conditions on proxies (their version, their metadata) hold of them: what asks for neither is found by namespace.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from lateen.base.refs import Key
from lateen.base.selectors import matches
from lateen.plan.patch import Patches
from lateen.planner.envoy_filter import Candidate, Context, PatchSet, condition_holds, patch_set
from lateen.planner.scope import Scope, ScopeKind
from lateen.reactive import Collection, Engine, Index, Read
from lateen.registry.registry import Registry
from lateen.registry.workload import Workload
from lateen.store.store import Store

CONTEXTS: Mapping[ScopeKind, tuple[Context, ...]] = {
    "sidecar": ("SIDECAR_OUTBOUND",),
    "inbound": ("SIDECAR_INBOUND",),
    "gateway": ("GATEWAY",),
    "common": ("SIDECAR_OUTBOUND", "SIDECAR_INBOUND"),
}
_CONDITION = "?"


class Selection(NamedTuple):
    """What a scope says of filters: those that select its proxies (`namespace/name`), and conditions that hold."""

    references: tuple[str, ...] = ()
    conditions: tuple[str, ...] = ()

    def text(self) -> str:
        """Write it into a scope: one per line, conditions after a question mark."""
        return "\n".join((*self.references, *(_CONDITION + one for one in self.conditions)))

    @classmethod
    def parse(cls, text: str) -> "Selection":
        """Read what `text` wrote."""
        lines = text.split("\n") if text else []
        references = (line for line in lines if not line.startswith(_CONDITION))
        conditions = (line.removeprefix(_CONDITION) for line in lines if line.startswith(_CONDITION))
        return cls(tuple(references), tuple(conditions))


def told(scope: Scope, metadata: Mapping[str, Any]) -> Scope:
    """Return a scope with those of its conditions only that hold of a proxy whose node says `metadata`."""
    if _CONDITION not in scope.patches:
        return scope
    said = Selection.parse(scope.patches)
    held = tuple(one for one in said.conditions if condition_holds(one, metadata))
    return scope._replace(patches=said._replace(conditions=held).text())


@dataclass(frozen=True)
class EnvoyFilters:
    """`wide`, `selecting`: by namespace, those without and with a selector."""

    sets: Collection[Key, PatchSet]
    wide: Index[str, Key, PatchSet]
    selecting: Index[str, Key, PatchSet]
    registry: Registry

    def chosen(self, read: Read, workload: Workload, kind: ScopeKind) -> str | None:
        """Return what a scope of a workload says of filters (`Selection.text`); None when none concerns it."""
        namespaces = self._namespaces(read, workload.namespace)
        selected = [one for one in self._find(read, self.selecting, namespaces) if _selects(one, workload)]
        selected = [one for one in selected if any(_concerns(each, kind) for each in one.candidates)]
        concerned = [*self._find(read, self.wide, namespaces), *selected]
        candidates = [each for one in concerned for each in one.candidates if _concerns(each, kind)]
        if not candidates:
            return None
        conditions = sorted({each.condition for each in candidates if each.condition})
        return Selection(tuple(sorted(one.reference for one in selected)), tuple(conditions)).text()

    def of_scope(self, read: Read, scope: Scope) -> Iterator[Candidate]:
        """Yield the patches for the proxies of a scope, in the order in which they are applied."""
        if not scope.namespace:
            return
        said = Selection.parse(scope.patches)
        root = self.registry.settings(read).root_namespace
        found = self._find(read, self.wide, self._namespaces(read, scope.namespace))
        named = (read.get(self.sets, Key(*reference.split("/"))) for reference in said.references)
        for one in sorted((*found, *(each for each in named if each)), key=lambda each: each.order(root)):
            for candidate in one.candidates:
                if _concerns(candidate, scope.kind) and candidate.condition in ("", *said.conditions):
                    yield candidate

    def of_bootstrap(self, workload: Workload, root: str, metadata: Mapping[str, Any]) -> Patches:
        """Return the patches for the bootstrap of a proxy that is about to start, as things stand. `root`: the root
        namespace; `metadata`: what its node says."""
        namespaces = dict.fromkeys((root, workload.namespace))
        wide = [one for namespace in namespaces for one in self.wide.find(namespace).values()]
        selecting = [one for namespace in namespaces for one in self.selecting.find(namespace).values()]
        contexts = CONTEXTS["gateway"] if workload.gateway else CONTEXTS["common"]
        return tuple(
            each.patch
            for one in sorted(
                (*wide, *(one for one in selecting if _selects(one, workload))), key=lambda one: one.order(root)
            )
            for each in one.candidates
            if each.patch.target == "BOOTSTRAP"
            and any(each.applies(context) for context in contexts)
            and (not each.condition or condition_holds(each.condition, metadata))
        )

    def _namespaces(self, read: Read, namespace: str) -> list[str]:
        return list(dict.fromkeys((self.registry.settings(read).root_namespace, namespace)))

    def _find(self, read: Read, index: Index[str, Key, PatchSet], namespaces: Iterable[str]) -> list[PatchSet]:
        return [one for namespace in namespaces for one in read.find(index, namespace).values()]


def build_envoy_filters(engine: Engine, store: Store, registry: Registry) -> EnvoyFilters:
    """Build the collections over the store's."""
    sets = engine.map("patch sets", store["EnvoyFilter"], lambda read, key, found: patch_set(found))
    return EnvoyFilters(
        sets=sets,
        wide=engine.index("patch sets for all", sets, lambda key, one: [] if one.selectors else [one.namespace]),
        selecting=engine.index(
            "patch sets by selector", sets, lambda key, one: [one.namespace] if one.selectors else []
        ),
        registry=registry,
    )


def _selects(one: PatchSet, workload: Workload) -> bool:
    return any(matches(selector, workload.labels) for selector in one.selectors)


def _concerns(one: Candidate, kind: ScopeKind) -> bool:
    """Whether a patch changes anything that a scope of this kind has. What is for any context and adds a resource adds
    it once: to what a proxy sends."""
    if not any(one.applies(context) for context in CONTEXTS[kind]) or one.patch.target == "BOOTSTRAP":
        return False
    adds = one.patch.operation == "ADD" and one.patch.target in ("CLUSTER", "LISTENER", "EXTENSION_CONFIG")
    if kind == "common":
        return one.patch.target == "CLUSTER" and not adds
    return not (adds and kind == "inbound" and one.context == "ANY")
