"""Retries that may carry out a request twice (LAT0002): POST and PATCH, sent again after the server may have acted."""

from collections.abc import Iterator
from typing import Any

from lateen.analysis.analyzer import Analyzer
from lateen.analysis.finding import Finding
from lateen.analysis.resource import a_map, maps, numbered
from lateen.analysis.snapshot import Snapshot

# Conditions under which the server may have carried the request out. "gateway-error" and "retriable-status-codes" name
# answers of those before it; "connect-failure" and "refused-stream" say that it never began.
_MAYBE_DONE = ("5xx", "reset", "gateway-error")
_UNSAFE = ("POST", "PATCH")
_SAFE = "GET|HEAD|OPTIONS|PUT|DELETE"


def _analyze(mesh: Snapshot) -> Iterator[Finding]:
    for rule in mesh.of("VirtualService"):
        for path, route in numbered(rule.spec.get("http"), "spec.http"):
            retries = a_map(route.get("retries"))
            on = [word for word in _conditions(retries) if word in _MAYBE_DONE]
            methods = _unsafe(route)
            if on and methods and retries.get("attempts") != 0:
                yield Finding(
                    "LAT0002", rule, (",".join(on), methods[0]), f"{path}.retries.retryOn", _rewrite(path, route)
                )


def _conditions(retries: dict[str, Any]) -> list[str]:
    return [word.strip() for word in str(retries.get("retryOn") or "").split(",")]


def _unsafe(route: dict[str, Any]) -> list[str]:
    """The unsafe methods that a route takes; all where a match does not name its method."""
    matches = maps(route.get("match"))
    if not matches:
        return list(_UNSAFE)
    return [method for method in _UNSAFE if any(_takes(match.get("method"), method) for match in matches)]


def _takes(said: Any, method: str) -> bool:
    import re2

    match = a_map(said)
    if "exact" in match:
        return bool(match["exact"] == method)
    if "prefix" in match:
        return method.startswith(str(match["prefix"]))
    if "regex" in match:
        try:
            return re2.fullmatch(str(match["regex"]), method) is not None
        except re2.error:
            return True
    return True


def _rewrite(path: str, route: dict[str, Any]) -> str:
    """The same rule in two: retries as they are for what may be repeated, and narrower ones for the rest."""
    budget = a_map(route.get("retries")).get("attempts", 2)
    return (
        f"split {path} by method: keep these retries where match.method is {{regex: {_SAFE}}}, and behind it give the "
        f"same route retries: {{attempts: {budget}, retryOn: connect-failure,refused-stream}} for POST and PATCH"
    )


ANALYZER = Analyzer(
    "lateen.RetriesAnalyzer",
    "Checks that retries do not repeat requests that change something",
    ("VirtualService",),
    _analyze,
)
