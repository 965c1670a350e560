import pytest

ROUTE = [{"destination": {"host": "x"}}]


@pytest.mark.parametrize(
    "fault",
    [
        {"delay": {"fixedDelay": "7s", "percentage": {"value": 0.1}}},
        {"abort": {"httpStatus": 500, "percentage": {"value": 100}}},
        {"abort": {"grpcStatus": "UNAVAILABLE"}},
        {"abort": {"grpcStatus": "14"}},
    ],
)
def test_faults_can_be_injected(http_errors, fault):
    assert http_errors(route=ROUTE, fault=fault) == []


@pytest.mark.parametrize(
    ("fault", "paths"),
    [
        ({}, [""]),
        ({"delay": {}}, [".delay.fixedDelay"]),
        (
            {"delay": {"fixedDelay": "0s", "percentage": {"value": 101}}},
            [".delay.percentage.value", ".delay.fixedDelay"],
        ),
        ({"delay": {"exponentialDelay": "1s"}}, [".delay.exponentialDelay"]),
        ({"abort": {}}, [".abort"]),
        ({"abort": {"httpStatus": 100}}, [".abort.httpStatus"]),
        ({"abort": {"httpStatus": 500, "grpcStatus": "OK"}}, [".abort"]),
        ({"abort": {"grpcStatus": "BAD"}}, [".abort.grpcStatus"]),
        ({"abort": {"http2Error": "x"}}, [".abort.http2Error"]),
    ],
)
def test_what_cannot_be_injected_is_refused(http_errors, fault, paths):
    assert http_errors(route=ROUTE, fault=fault) == [f"fault{path}" for path in paths]


def test_the_old_percentage_is_warned_of(http_warnings):
    fault = {"delay": {"fixedDelay": "1s", "percent": 5}}
    assert http_warnings(route=ROUTE, fault=fault) == ["fault.delay.percent"]
