import pytest


def test_thresholds_are_accepted(policy_errors):
    outliers = {"consecutive5xxErrors": 7, "interval": "5m", "baseEjectionTime": "15m", "maxEjectionPercent": 100}
    assert policy_errors(outlierDetection=outliers) == []


@pytest.mark.parametrize(
    ("outliers", "field"),
    [
        ({"baseEjectionTime": "2.000000005s"}, "baseEjectionTime"),
        ({"interval": "0s"}, "interval"),
        ({"maxEjectionPercent": 105}, "maxEjectionPercent"),
        ({"minHealthPercent": -1}, "minHealthPercent"),
        ({"consecutiveLocalOriginFailures": 10}, "consecutiveLocalOriginFailures"),
        ({"outlierDetectionHttpErrorCodes": [99]}, "outlierDetectionHttpErrorCodes[0]"),
    ],
)
def test_faults_name_the_field(policy_errors, outliers, field):
    assert policy_errors(outlierDetection=outliers) == [f"outlierDetection.{field}"]


def test_the_old_count_is_warned_of(policy_warnings):
    assert policy_warnings(outlierDetection={"consecutiveErrors": 5}) == ["outlierDetection.consecutiveErrors"]
