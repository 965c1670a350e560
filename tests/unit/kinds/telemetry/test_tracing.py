import pytest


@pytest.fixture
def tracing_errors(errors):
    return lambda **tracing: [path.removeprefix("spec.tracing[0].") for path in errors("Telemetry", tracing=[tracing])]


def test_tags_are_of_four_kinds(tracing_errors):
    tags = {
        "a": {"literal": {"value": "x"}},
        "b": {"environment": {"name": "X", "defaultValue": "y"}},
        "c": {"header": {"name": "x-a"}},
        "d": {"formatter": {"value": "%HOSTNAME%"}},
    }
    assert tracing_errors(customTags=tags, randomSamplingPercentage=0.5) == []


@pytest.mark.parametrize(
    ("tracing", "field"),
    [
        ({"randomSamplingPercentage": 101}, "randomSamplingPercentage"),
        ({"customTags": {"a": {}}}, "customTags.a"),
        ({"customTags": {"a": {"literal": {"value": "x"}, "header": {"name": "y"}}}}, "customTags.a"),
        ({"customTags": {"a": {"literal": {"value": ""}}}}, "customTags.a.literal.value"),
        ({"customTags": {"": {"literal": {"value": "x"}}}}, 'customTags[""]'),
    ],
)
def test_faults_name_the_field(tracing_errors, tracing, field):
    assert tracing_errors(**tracing) == [field]


def test_only_the_first_provider_is_used(warnings):
    found = warnings("Telemetry", tracing=[{"providers": [{"name": "a"}, {"name": "b"}]}])
    assert found == ["spec.tracing[0].providers"]
