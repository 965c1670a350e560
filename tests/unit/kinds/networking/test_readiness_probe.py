import pytest


@pytest.fixture
def probe_errors(errors):
    return lambda **probe: [
        path.removeprefix("spec.probe").removeprefix(".") for path in errors("WorkloadGroup", template={}, probe=probe)
    ]


@pytest.mark.parametrize(
    "probe",
    [
        {"httpGet": {"port": 80, "scheme": "HTTPS", "httpHeaders": [{"name": "x-a", "value": "b"}]}},
        {"tcpSocket": {"port": 80}, "periodSeconds": 5},
        {"exec": {"command": ["true"]}},
        {"grpc": {"port": 80, "service": "x"}},
    ],
)
def test_probes_are_accepted(probe_errors, probe):
    assert probe_errors(**probe) == []


@pytest.mark.parametrize(
    ("probe", "field"),
    [
        ({}, ""),
        ({"tcpSocket": {"port": 80}, "exec": {"command": ["true"]}}, ""),
        ({"httpGet": {"port": 0}}, "httpGet.port"),
        ({"httpGet": {"port": 80, "scheme": "http"}}, "httpGet.scheme"),
        ({"httpGet": {"port": 80, "httpHeaders": [{"name": "a b"}]}}, "httpGet.httpHeaders[0].name"),
        ({"exec": {}}, "exec.command"),
        ({"exec": {"command": [""]}}, "exec.command[0]"),
        ({"grpc": {}}, "grpc.port"),
        ({"tcpSocket": {"port": 80}, "periodSeconds": -1}, "periodSeconds"),
    ],
)
def test_faults_name_the_field(probe_errors, probe, field):
    assert probe_errors(**probe) == [field]
