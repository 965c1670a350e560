def test_a_provider_has_a_name(errors):
    assert errors("Telemetry", accessLogging=[{"providers": [{"name": "envoy"}, {"name": "otel"}]}]) == []
    assert errors("Telemetry", accessLogging=[{"providers": [{"name": ""}]}]) == [
        "spec.accessLogging[0].providers[0].name"
    ]


def test_a_side_is_client_server_or_both(errors):
    assert errors("Telemetry", tracing=[{"match": {"mode": "SERVER"}}]) == []
    assert errors("Telemetry", tracing=[{"match": {"mode": "GATEWAY"}}]) == ["spec.tracing[0].match.mode"]
