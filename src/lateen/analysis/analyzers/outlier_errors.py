"""Outlier detection that counts gateway errors alone (LAT0004): a server's own 500 is none."""

from collections.abc import Iterator
from typing import Any

from lateen.analysis.analyzer import Analyzer
from lateen.analysis.finding import Finding
from lateen.analysis.resource import Resource, a_map, numbered
from lateen.analysis.snapshot import Snapshot

_FIX = "set consecutive5xxErrors too, to eject servers that answer 500; 0 switches either count off"


def _analyze(mesh: Snapshot) -> Iterator[Finding]:
    for rule in mesh.of("DestinationRule"):
        for path, policy in _policies(rule):
            found = a_map(policy.get("outlierDetection"))
            if found.get("consecutiveGatewayErrors") and "consecutive5xxErrors" not in found:
                yield Finding("LAT0004", rule, (), f"{path}.outlierDetection.consecutiveGatewayErrors", _FIX)


def _policies(rule: Resource) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every traffic policy of a DestinationRule, those of subsets and ports included."""
    holders = [("spec", rule.spec), *numbered(rule.spec.get("subsets"), "spec.subsets")]
    for path, holder in holders:
        policy = a_map(holder.get("trafficPolicy"))
        yield f"{path}.trafficPolicy", policy
        yield from numbered(policy.get("portLevelSettings"), f"{path}.trafficPolicy.portLevelSettings")


ANALYZER = Analyzer(
    "lateen.OutlierErrorsAnalyzer",
    "Explains which errors outlier detection counts",
    ("DestinationRule",),
    _analyze,
)
