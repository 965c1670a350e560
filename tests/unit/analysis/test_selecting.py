import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "support"))

import pytest
from findings import core, found, istio

from lateen.analysis.analyzer import Analyzer
from lateen.analysis.analyzers import sidecar_selectors, telemetry_selectors

POD = core("Pod", "p", labels="{app: a, tier: b}")


def one(analyzer: Analyzer, name: str, labels: str) -> str:
    kind = analyzer.inputs[0]
    field = "workloadSelector: {labels" if kind == "Sidecar" else "selector: {matchLabels"
    group = "networking" if kind == "Sidecar" else "telemetry"
    return istio(kind, name, f"{{{field}: {labels}}}}}" if labels else "{}", group=group)


@pytest.mark.parametrize(
    ("analyzer", "same", "for_all"),
    [(sidecar_selectors.ANALYZER, "IST0110", "IST0111"), (telemetry_selectors.ANALYZER, "IST0159", "IST0160")],
    ids=["Sidecar", "Telemetry"],
)
def test_one_stands_for_a_pod_and_one_for_all_others(analyzer: Analyzer, same: str, for_all: str) -> None:
    first, second = (f"{analyzer.inputs[0]} shop/{name}" for name in "st")
    both = one(analyzer, "s", "{app: a}") + one(analyzer, "t", "{tier: b}")
    assert found(analyzer, POD + both) == [(same, first), (same, second)]
    assert found(analyzer, one(analyzer, "s", "") + one(analyzer, "t", "")) == [(for_all, first), (for_all, second)]
    assert found(analyzer, POD + one(analyzer, "s", "{app: x}")) == [("IST0101", first)]
    assert found(analyzer, POD + one(analyzer, "s", "{app: a}") + one(analyzer, "t", "")) == []
