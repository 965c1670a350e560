"""Objects whose status says that something did not work (IST0171)."""

from collections.abc import Iterator
from typing import Any

from lateen.analysis.analyzer import Analyzer
from lateen.analysis.finding import Finding
from lateen.analysis.resource import Resource, a_map, maps
from lateen.analysis.snapshot import Snapshot

_GROUPS = ("istio.io", "gateway.networking.k8s.io")


def _analyze(mesh: Snapshot) -> Iterator[Finding]:
    for one in mesh:
        status = a_map(one.raw.get("status"))
        found = maps(status.get("conditions"))
        found += [each for parent in maps(status.get("parents")) for each in maps(parent.get("conditions"))]
        for condition in found:
            if _is_ours(one, condition) and _is_negative(condition):
                said = tuple(str(condition.get(name) or "") for name in ("type", "reason", "message"))
                yield Finding("IST0171", one, said, "status.conditions")


def _is_ours(one: Resource, condition: dict[str, Any]) -> bool:
    """Kubernetes' own objects have conditions of others too."""
    return one.group.endswith(_GROUPS) or str(condition.get("type") or "").startswith("istio.io/")


def _is_negative(condition: dict[str, Any]) -> bool:
    return condition.get("status") == "False" or condition.get("reason") == "PartiallyInvalid"


ANALYZER = Analyzer("conditions.ConditionAnalyzer", "Checks for negative status conditions on resources", (), _analyze)
