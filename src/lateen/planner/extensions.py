"""Extensions as collections: which are in force for the proxies of a scope, and listeners with them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from lateen.kinds.object import Object
from lateen.plan.listener import Listener
from lateen.planner.extension import ExtensionRules, extended, extension_rules
from lateen.planner.modules import KINDS
from lateen.planner.scope import ByName, Scope, Traits
from lateen.reactive import Collection, Engine, Index, Read
from lateen.reactive.gather import union
from lateen.registry.registry import Registry
from lateen.store.store import Store

# An extension by kind, namespace and name.
Name = tuple[str, str, str]


@dataclass(frozen=True)
class Extensions:
    """`by_namespace`: all; `selecting`: those that tell the proxies of their namespace apart."""

    by_namespace: Index[str, Name, ExtensionRules]
    selecting: Index[str, Name, ExtensionRules]

    def in_force(self, read: Read, scope: Scope, root_namespace: str) -> tuple[ExtensionRules, ...]:
        """Return those for the proxies of a scope, the first to run first."""
        labels: Mapping[str, str] = Traits.parse(scope.name).labels
        namespaces = dict.fromkeys((root_namespace, scope.namespace))
        known = (one for namespace in namespaces for one in read.find(self.by_namespace, namespace).values())
        return tuple(sorted((one for one in known if one.selects(labels)), key=lambda one: one.order))


def build_extensions(engine: Engine, store: Store) -> Extensions:
    """Build the collections over the store's."""
    rules = union(
        engine,
        "extensions",
        *(engine.flat_map(f"rules of {kind}", store[kind], lambda _, __, found: _named(found)) for kind in KINDS),
    )
    return Extensions(
        by_namespace=engine.index("extensions in namespace", rules, lambda key, one: [one.namespace]),
        selecting=engine.index("extensions for some", rules, lambda key, one: [one.namespace] if one.selectors else []),
    )


def extend_listeners(
    engine: Engine, registry: Registry, extensions: Extensions, listeners: Collection[ByName, Listener]
) -> Collection[ByName, Listener]:
    """Build the collection of listeners with what users add to them."""

    def extend(read: Read, key: ByName, listener: Listener) -> Listener:
        root = registry.settings(read).root_namespace
        return extended(listener, extensions.in_force(read, key[0], root))

    return engine.map("extended listeners", listeners, extend)


def _named(found: Object) -> Iterator[tuple[Name, ExtensionRules]]:
    if (rules := extension_rules(found)) is not None:
        yield (found.kind, found.namespace, found.name), rules
