import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[3] / "support"))

from findings import found, istio

from lateen.analysis.analyzers.envoy_filter_operations import ANALYZER


def patch(target: str, operation: str, more: str = "") -> str:
    one = f"{{applyTo: {target}, patch: {{operation: {operation}}}}}"
    return istio("EnvoyFilter", "f", f"{{configPatches: [{one}]{more}}}")


def test_operations_that_do_nothing_are_told() -> None:
    for target, operation, code in (
        ("CLUSTER", "REPLACE", "IST0152"),
        ("HTTP_ROUTE", "ADD", "IST0153"),
        ("HTTP_ROUTE", "REMOVE", "IST0154"),
    ):
        assert (code, "EnvoyFilter shop/f") in found(ANALYZER, patch(target, operation))


def test_operations_beside_others_are_told_unless_they_have_a_priority() -> None:
    assert found(ANALYZER, patch("HTTP_FILTER", "INSERT_BEFORE")) == [("IST0151", "EnvoyFilter shop/f")]
    assert found(ANALYZER, patch("HTTP_FILTER", "INSERT_BEFORE", ", priority: 10")) == []
    assert found(ANALYZER, patch("HTTP_FILTER", "INSERT_FIRST")) == []
