"""Providers are reached at a host and a port that can be."""

import pytest

from lateen.kinds.extension_providers import extension_provider_faults


def paths(*providers: dict[str, object]) -> list[str]:
    return [fault.path for fault in extension_provider_faults("p", providers)]


def test_hosts_with_and_without_a_namespace_and_addresses_are_fine() -> None:
    for service in ("otel.observability.svc", "observability/otel.observability.svc", "10.0.0.1", "2001:1::1"):
        assert paths({"name": "x", "opentelemetry": {"service": service, "port": 4317}}) == []
    assert paths({"name": "file", "envoyFileAccessLog": {"path": "/dev/stdout"}}) == []


@pytest.mark.parametrize("service", ["", "host:4000", "name/space/host"])
def test_what_is_no_host_is_refused(service: str) -> None:
    assert paths({"name": "x", "zipkin": {"service": service, "port": 1}}) == ["p[0].zipkin.service"]


def test_a_port_one_protocol_and_a_name_of_its_own_are_required() -> None:
    assert paths({"name": "x", "datadog": {"service": "a.b"}}) == ["p[0].datadog.port"]
    both = {"service": "a.b", "port": 1, "http": {}, "grpc": {}}
    assert paths({"name": "x", "opentelemetry": both}) == ["p[0].opentelemetry"]
    assert paths({}, {"name": "x"}, {"name": "x"}) == ["p[0].name", "p[2].name"]


def test_lightstep_is_gone() -> None:
    assert paths({"name": "x", "lightstep": {"service": "a.b", "port": 1}}) == ["p[0].lightstep"]
