"""A local rate limit that limits nothing (LAT0001): Envoy enforces 0 % of requests unless filter_enforced says more.

https://www.envoyproxy.io/docs/envoy/latest/api-v3/extensions/filters/http/local_ratelimit/v3/local_rate_limit.proto
"""

from collections.abc import Iterator
from typing import Any

from lateen.analysis.analyzer import Analyzer
from lateen.analysis.finding import Finding
from lateen.analysis.resource import a_map, numbered
from lateen.analysis.snapshot import Snapshot

_TYPE = "envoy.extensions.filters.http.local_ratelimit.v3.LocalRateLimit"
_FIX = (
    "add beside filter_enabled: filter_enforced: {runtime_key: local_rate_limit_enforced, "
    "default_value: {numerator: 100, denominator: HUNDRED}}"
)


def _analyze(mesh: Snapshot) -> Iterator[Finding]:
    for patch in mesh.of("EnvoyFilter"):
        for path, one in numbered(patch.spec.get("configPatches"), "spec.configPatches"):
            value = a_map(a_map(one.get("patch")).get("value"))
            yield from (
                Finding("LAT0001", patch, (), f"{path}.patch.value{place}", _FIX)
                for place, limit in _limits(value, "")
                if "token_bucket" in limit and not _enforced(limit)
            )


def _limits(value: dict[str, Any], path: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every LocalRateLimit in a patch, also one that is wrapped in a TypedStruct."""
    if str(value.get("@type", "")).endswith(_TYPE):
        yield path, value
    elif str(value.get("type_url", "")).endswith(_TYPE):
        yield f"{path}.value", a_map(value.get("value"))
    else:
        for name, inner in value.items():
            yield from _limits(a_map(inner), f"{path}.{name}")


def _enforced(limit: dict[str, Any]) -> bool:
    default = a_map(a_map(limit.get("filter_enforced")).get("default_value"))
    return bool(default.get("numerator"))


ANALYZER = Analyzer(
    "lateen.LocalRateLimitAnalyzer", "Checks that local rate limits are enforced", ("EnvoyFilter",), _analyze
)
