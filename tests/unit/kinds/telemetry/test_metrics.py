import pytest


@pytest.fixture
def override_errors(errors):
    return lambda **override: [
        path.removeprefix("spec.metrics[0].overrides[0].")
        for path in errors("Telemetry", metrics=[{"overrides": [override]}])
    ]


@pytest.mark.parametrize(
    "override",
    [
        {},
        {"match": {"metric": "REQUEST_COUNT", "mode": "CLIENT"}, "disabled": True},
        {
            "match": {"customMetric": "x"},
            "tagOverrides": {"a": {"value": "request.host"}, "b": {"operation": "REMOVE"}},
        },
    ],
)
def test_overrides_are_accepted(override_errors, override):
    assert override_errors(**override) == []


@pytest.mark.parametrize(
    ("override", "field"),
    [
        ({"match": {"metric": "REQUESTS"}}, "match.metric"),
        ({"match": {"customMetric": ""}}, "match.customMetric"),
        ({"match": {"metric": "REQUEST_COUNT", "customMetric": "x"}}, "match"),
        ({"tagOverrides": {"a": {}}}, "tagOverrides.a.value"),
        ({"tagOverrides": {"a": {"operation": "REMOVE", "value": "x"}}}, "tagOverrides.a.value"),
    ],
)
def test_faults_name_the_field(override_errors, override, field):
    assert override_errors(**override) == [field]
