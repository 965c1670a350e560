def test_everything_is_optional(errors):
    assert errors("Telemetry") == []


def test_the_parts_are_checked(errors):
    found = errors(
        "Telemetry",
        tracing=[{"customTags": {"a": {}}}],
        metrics=[{"reportingInterval": "0s"}],
        accessLogging=[{"filter": {"expression": ""}}],
    )
    assert found == [
        "spec.tracing[0].customTags.a",
        "spec.metrics[0].reportingInterval",
        "spec.accessLogging[0].filter.expression",
    ]


def test_the_second_tracer_is_warned_of(warnings):
    assert warnings("Telemetry", tracing=[{}, {}]) == ["spec.tracing"]
