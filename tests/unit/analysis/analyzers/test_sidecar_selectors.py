import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[3] / "support"))

from findings import core, found, istio

from lateen.analysis.analyzers.sidecar_selectors import ANALYZER

POD = core("Pod", "p", labels="{app: a, tier: b}")


def sidecar(name: str, labels: str) -> str:
    return istio("Sidecar", name, f"{{workloadSelector: {{labels: {labels}}}}}" if labels else "{}")


def test_a_sidecar_that_selects_no_pod_is_told() -> None:
    assert found(ANALYZER, POD + sidecar("s", "{app: x}")) == [("IST0101", "Sidecar shop/s")]


def test_sidecars_that_share_a_pod_or_are_all_for_all_are_told() -> None:
    text = POD + sidecar("s", "{app: a}") + sidecar("t", "{tier: b}")
    assert found(ANALYZER, text) == [("IST0110", "Sidecar shop/s"), ("IST0110", "Sidecar shop/t")]
    both = sidecar("s", "") + sidecar("t", "")
    assert found(ANALYZER, both) == [("IST0111", "Sidecar shop/s"), ("IST0111", "Sidecar shop/t")]


def test_one_sidecar_for_a_pod_and_one_for_the_others_are_nothing_to_tell() -> None:
    assert found(ANALYZER, POD + sidecar("s", "{app: a}") + sidecar("t", "")) == []
