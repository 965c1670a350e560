import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[3] / "support"))

from findings import findings, istio

from lateen.analysis.analyzers.schema import ANALYZER as SCHEMA
from lateen.analysis.analyzers.virtual_service_order import ANALYZER

ROUTE = "route: [{destination: {host: a}}]"


def rules(*http: str) -> str:
    return istio("VirtualService", "v", f"{{hosts: [a], http: [{', '.join(f'{{{one}}}' for one in http)}]}}")


def test_a_rule_behind_one_that_takes_all_is_told_with_its_number() -> None:
    text = rules(ROUTE, f"match: [{{uri: {{exact: /a}}}}], {ROUTE}")
    (one,) = findings(ANALYZER, text)
    assert (one.code, one.path, one.fix) == ("IST0130", "spec.http[1]", "move it up")
    assert one.text.startswith("VirtualService rule #1 not used (")
    assert findings(SCHEMA, text) == []


def test_a_match_behind_a_shorter_prefix_is_told_with_the_rule_that_takes_it() -> None:
    text = rules(f"match: [{{uri: {{prefix: /a}}}}], {ROUTE}", f"match: [{{uri: {{prefix: /a/b}}}}], {ROUTE}")
    (one,) = findings(ANALYZER, text)
    said = "VirtualService rule #1 match #0 is not used (duplicate/overlapping match in rule #0)."
    assert (one.code, one.text) == ("IST0131", said)
    assert findings(ANALYZER, rules(f"match: [{{uri: {{exact: /a}}}}], {ROUTE}", ROUTE)) == []
