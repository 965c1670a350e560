"""EnvoyFilter operations that do nothing, or depend on what stands there already (IST0151 to IST0155)."""

from collections.abc import Iterator
from typing import Any

from lateen.analysis.analyzer import Analyzer
from lateen.analysis.finding import Finding
from lateen.analysis.resource import Resource, a_map, numbered
from lateen.analysis.snapshot import Snapshot

_RELATIVE = frozenset({"INSERT_BEFORE", "INSERT_AFTER", "REPLACE", "MERGE", "REMOVE"})
_REPLACEABLE = ("HTTP_FILTER", "NETWORK_FILTER", "VIRTUAL_HOST")
_ROUTES = ("ROUTE_CONFIGURATION", "HTTP_ROUTE")


def _analyze(mesh: Snapshot) -> Iterator[Finding]:
    for one in mesh.of("EnvoyFilter"):
        relative = versioned = False
        for path, said in numbered(one.spec.get("configPatches"), "spec.configPatches"):
            operation = str(a_map(said.get("patch")).get("operation") or "")
            place = f"{path}.patch.operation"
            yield from _misplaced(one, said, operation, place)
            if _is_relative(one, said, operation):
                if not relative:
                    yield Finding("IST0151", one, (), place, "set spec.priority, or use INSERT_FIRST")
                relative = True
                if not versioned and a_map(a_map(said.get("match")).get("proxy")).get("proxyVersion"):
                    versioned = True
                    yield Finding("IST0155", one, (), place, "set spec.priority, or use INSERT_FIRST")


def _is_relative(one: Resource, said: dict[str, Any], operation: str) -> bool:
    if operation not in _RELATIVE or one.spec.get("priority"):
        return False
    return not (operation == "REPLACE" and said.get("applyTo") not in _REPLACEABLE)


def _misplaced(one: Resource, said: dict[str, Any], operation: str, path: str) -> Iterator[Finding]:
    target = said.get("applyTo")
    if operation == "REPLACE" and target not in _REPLACEABLE:
        yield Finding("IST0152", one, (), path)
    if operation == "ADD" and target in _ROUTES:
        yield Finding("IST0153", one, (), path)
    if operation == "REMOVE" and target in _ROUTES:
        yield Finding("IST0154", one, (), path)


ANALYZER = Analyzer("envoyfilter.EnvoyPatchAnalyzer", "Checks an envoyFilters ", ("EnvoyFilter",), _analyze)
