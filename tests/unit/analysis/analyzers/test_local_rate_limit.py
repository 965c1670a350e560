import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[3] / "support"))

from findings import findings

from lateen.analysis.analyzers.local_rate_limit import ANALYZER

EXAMPLE = Path(__file__).parents[4] / "examples" / "reference" / "rate-limit.yaml"


def test_the_documents_limit_enforces_nothing_and_is_told_with_the_one_key_that_mends_it() -> None:
    (one,) = findings(ANALYZER, EXAMPLE.read_text())
    assert one.text == "local_ratelimit has no filter_enforced: 0 % of requests will be limited"
    assert one.fix.startswith("add beside filter_enabled: filter_enforced: {")


def test_a_limit_that_is_enforced_is_nothing_to_tell() -> None:
    beside = "            filter_enabled:"
    enforced = "            filter_enforced: {default_value: {numerator: 100, denominator: HUNDRED}}"
    assert findings(ANALYZER, EXAMPLE.read_text().replace(beside, f"{enforced}\n{beside}")) == []
