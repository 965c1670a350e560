import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[3] / "support"))

from findings import found, istio

from lateen.analysis.analyzers.telemetry_providers import ANALYZER, LIGHTSTEP


def telemetry(spec: str) -> str:
    return istio("Telemetry", "t", spec, group="telemetry")


def test_a_telemetry_without_a_provider_where_there_is_no_default_is_told() -> None:
    assert found(ANALYZER, telemetry("{accessLogging: [{filter: {expression: x}}]}")) == [
        ("IST0157", "Telemetry shop/t")
    ]


def test_a_provider_or_a_default_one_is_nothing_to_tell() -> None:
    assert found(ANALYZER, telemetry("{accessLogging: [{providers: [{name: envoy}]}]}")) == []
    default = {"defaultProviders": {"accessLogging": ["envoy"]}}
    assert found(ANALYZER, telemetry("{accessLogging: [{}]}"), default) == []


def test_a_provider_of_the_kind_lightstep_is_told() -> None:
    text = telemetry("{tracing: [{providers: [{name: one}]}]}")
    for kind, wanted in (("lightstep", [("IST0002", "Telemetry shop/t")]), ("zipkin", [])):
        assert found(LIGHTSTEP, text, {"extensionProviders": [{"name": "one", kind: {}}]}) == wanted
