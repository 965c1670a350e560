"""Modules as collections: what is to be fetched, what was, and what the proxies of a scope run."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from lateen.base.errors import Fault
from lateen.base.refs import Key
from lateen.kinds.object import Object
from lateen.plan.extension import Module, ModulePlace
from lateen.plan.listener import HttpProxy, Listener
from lateen.planner.module import FetchedModule, ModuleRequest, request_of
from lateen.planner.scope import ByName, Scope
from lateen.reactive import Collection, Engine, Read
from lateen.reactive.collection import Input
from lateen.reactive.gather import group, union
from lateen.store.store import Store

KINDS = ("TrafficExtension", "WasmPlugin")


@dataclass(frozen=True)
class Modules:
    """By the name of the module. `fetched` is filled from outside: of each name the last that could be fetched, which
    counts until another one is there; `faults`: why the one that is asked for is not. `current`: what is in force.
    `remarks`: what is to be said of objects, by kind."""

    requests: Collection[str, ModuleRequest]
    fetched: Input[str, FetchedModule]
    faults: Input[str, str]
    current: Collection[str, Module]
    remarks: Mapping[str, Collection[Key, tuple[Fault, ...]]]


def build_modules(engine: Engine, store: Store) -> Modules:
    """Build the collections over the store's."""
    fetched: Input[str, FetchedModule] = engine.input("fetched modules")
    faults: Input[str, str] = engine.input("module faults")
    plugins = engine.flat_map("modules of plug-ins", store["WasmPlugin"], lambda _, __, found: _of(found, "spec"))
    extensions = engine.flat_map(
        "modules of extensions", store["TrafficExtension"], lambda _, __, found: _of(found, "spec.wasm")
    )
    requests = union(engine, "module requests", plugins, extensions)

    def current(read: Read, name: str, request: ModuleRequest) -> Module:
        found = read.get(fetched, name)
        if request.module.path or found is None or found.module.bytes_only != request.module.bytes_only:
            return request.module
        return found.module

    def remarker(kind: str) -> Callable[[Read, str, ModuleRequest], Iterator[tuple[Key, tuple[Fault, ...]]]]:
        def remarks(read: Read, name: str, request: ModuleRequest) -> Iterator[tuple[Key, tuple[Fault, ...]]]:
            if request.kind == kind and (why := read.get(faults, name)) is not None:
                yield (
                    request.key,
                    (Fault(request.module.origin.field, f"the module is not there: {why}", "", "warning"),),
                )

        return remarks

    return Modules(
        requests=requests,
        fetched=fetched,
        faults=faults,
        current=engine.map("modules", requests, current),
        remarks={kind: engine.flat_map(f"module remarks {kind}", requests, remarker(kind)) for kind in KINDS},
    )


def plan_modules(
    engine: Engine, modules: Modules, listeners: Collection[ByName, Listener]
) -> Collection[ByName, Module]:
    """Build the collection of the modules that the listeners of a scope name."""

    def named(read: Read, key: ByName, listener: Listener) -> Iterator[tuple[tuple[Scope, str, str], str]]:
        for name in {place.name for place in places(listener)}:
            yield (key[0], name, listener.name), name

    needs = engine.flat_map("modules of listeners", listeners, named)
    by_name = engine.index("needs of module", needs, lambda key, _: [key[:2]])

    def find(read: Read, key: ByName, rows: Mapping[tuple[Scope, str, str], str]) -> Module | None:
        return read.get(modules.current, key[1])

    return group(engine, "planned modules", by_name, find)


def places(listener: Listener) -> Iterator[ModulePlace]:
    """Yield where modules run in a listener."""
    default = listener.default_chain
    for chain in (*listener.chains, *((default,) if default is not None else ())):
        yield from chain.modules
        if isinstance(chain.proxy, HttpProxy):
            yield from (one for one in chain.proxy.extensions if isinstance(one, ModulePlace))


def _of(found: Object, path: str) -> Iterator[tuple[str, ModuleRequest]]:
    module = found.model.spec if path == "spec" else found.model.spec.wasm
    if module is not None:
        request = request_of(found, module, path)
        yield request.module.name, request
