import pytest

ROUTE = [{"destination": {"host": "x"}}]


@pytest.mark.parametrize(
    "retries",
    [
        {},
        {"attempts": 3, "perTryTimeout": "2s", "retryOn": "connect-failure,refused-stream,503"},
        {"attempts": 3, "retryOn": "gateway-error, 5xx", "backoff": "25ms"},
    ],
)
def test_retries_are_accepted(http_errors, retries):
    assert http_errors(route=ROUTE, retries=retries) == []


@pytest.mark.parametrize(
    ("retries", "field"),
    [
        ({"attempts": -1}, "attempts"),
        ({"retryOn": "5xx"}, "retryOn"),
        ({"retryRemoteLocalities": False}, "retryRemoteLocalities"),
        ({"attempts": 1, "perTryTimeout": "0.1ms"}, "perTryTimeout"),
        ({"attempts": 1, "backoff": "0s"}, "backoff"),
        ({"attempts": 1, "retryOn": "5xxx"}, "retryOn"),
        ({"attempts": 1, "retryOn": "600"}, "retryOn"),
    ],
)
def test_faults_name_the_field(http_errors, retries, field):
    assert http_errors(route=ROUTE, retries=retries) == [f"retries.{field}"]
