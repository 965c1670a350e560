import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[3] / "support"))

from findings import findings, istio

from lateen.analysis.analyzers.virtual_service_conflicts import ANALYZER


def rule(name: str, created: str = "", more: str = "") -> str:
    text = istio("VirtualService", name, "{hosts: [reviews]" + more + "}")
    return text.replace("metadata: {", f"metadata: {{creationTimestamp: '{created}', ") if created else text


def test_two_for_one_host_are_told_and_which_of_them_sidecars_obey() -> None:
    one, other = findings(ANALYZER, rule("b", "2026-01-01T00:00:00Z") + rule("a", "2026-01-02T00:00:00Z"))
    assert {one.code, other.code} == {"IST0109"}
    assert "The VirtualServices shop/a,shop/b associated" in one.text
    assert one.fix.startswith("sidecars obey shop/b for it: ")
    assert other.fix.startswith("sidecars obey shop/b for it, and not this one: ")


def test_those_that_both_ask_to_be_merged_do_not_conflict() -> None:
    one, other = (
        rule(name).replace("metadata: {", "metadata: {annotations: {lateen.dev/merge: 'true'}, ") for name in "ab"
    )
    assert findings(ANALYZER, one + other) == []
    assert len(findings(ANALYZER, one + rule("b"))) == 2


def test_rules_for_gateways_and_other_namespaces_do_not_conflict() -> None:
    assert findings(ANALYZER, rule("a") + rule("b", more=", gateways: [edge]")) == []
    apart = rule("a", more=", exportTo: [one]") + rule("b", more=", exportTo: [two]")
    assert findings(ANALYZER, apart) == []
