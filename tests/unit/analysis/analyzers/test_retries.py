import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[3] / "support"))

from findings import findings, istio

from lateen.analysis.analyzers.retries import ANALYZER


def rule(on: str, match: str = "[]") -> str:
    retries = f"{{attempts: 3, retryOn: '{on}'}}"
    return istio("VirtualService", "v", f"{{http: [{{match: {match}, route: [], retries: {retries}}}]}}")


def test_a_post_that_may_be_carried_out_twice_is_told_with_a_rewrite() -> None:
    (one,) = findings(ANALYZER, rule("connect-failure,reset,5xx"))
    assert (one.code, one.path) == ("LAT0002", "spec.http[0].retries.retryOn")
    assert "sent again on reset,5xx: a POST" in one.text
    assert "match.method is {regex: GET|HEAD|OPTIONS|PUT|DELETE}" in one.fix
    assert len(findings(ANALYZER, rule("5xx", "[{method: {exact: POST}}]"))) == 1


def test_retries_of_what_may_be_repeated_or_never_began_are_nothing_to_tell() -> None:
    assert findings(ANALYZER, rule("5xx,reset", "[{method: {regex: GET|HEAD|OPTIONS|PUT|DELETE}}]")) == []
    assert findings(ANALYZER, rule("connect-failure,refused-stream")) == []
