from lateen.advise.outliers import counters
from lateen.plan.upstream import OutlierDetection


def found(plan: OutlierDetection) -> dict[str, tuple[int, bool]]:
    return {one.field: (one.number, one.is_default) for one in counters(plan)}


def test_all_errors_count_by_default_and_gateway_errors_only_where_it_is_said():
    assert found(OutlierDetection()) == {"consecutive5xxErrors": (5, True), "consecutiveGatewayErrors": (0, True)}
    said = OutlierDetection(consecutive_5xx=0, consecutive_gateway_errors=3)
    assert found(said) == {"consecutive5xxErrors": (0, False), "consecutiveGatewayErrors": (3, False)}


def test_each_says_what_is_an_error_to_it_and_a_500_is_none_at_a_gateway():
    all_errors, gateway = counters(OutlierDetection(consecutive_gateway_errors=5))
    assert all_errors.counts == "answers 500 to 599, and connections that fail"
    assert gateway.counts == "answers 502, 503 and 504, and connections that fail; 500 and 501 are none to it"
    assert gateway.statistic == "ejections_enforced_consecutive_gateway_failure"
    listed, _ = counters(OutlierDetection(http_codes=(429, 500)))
    assert listed.counts.startswith("answers 429, 500")


def test_failing_connections_have_a_counter_of_their_own_where_they_are_split():
    split = OutlierDetection(split_local_origin=True, consecutive_local_origin_failures=7)
    assert found(split)["consecutiveLocalOriginFailures"] == (7, False)
    assert "connections" not in next(iter(counters(split))).counts
    assert found(OutlierDetection(split_local_origin=True))["consecutiveLocalOriginFailures"] == (5, True)
