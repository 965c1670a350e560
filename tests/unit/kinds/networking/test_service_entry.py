import pytest

PORT = {"number": 80, "name": "http", "protocol": "http"}


@pytest.fixture
def entry_errors(errors):
    def judge(**spec):
        found = errors("ServiceEntry", **{"hosts": ["a.example.com"], "ports": [PORT], **spec})
        return [path.removeprefix("spec.") for path in found]

    return judge


@pytest.mark.parametrize(
    "spec",
    [
        {"addresses": ["203.0.113.5/32"], "ports": [{"number": 3306, "name": "tcp", "protocol": "tcp"}]},
        {"addresses": ["203.0.113.5"], "location": "MESH_EXTERNAL"},
        {"resolution": "DNS"},
        {"resolution": "DNS", "hosts": ["*.example.com"], "endpoints": [{"address": "b.example.com"}]},
        {"resolution": "STATIC", "endpoints": [{"address": "10.0.0.1", "ports": {"http": 8080}}]},
        {"resolution": "STATIC", "endpoints": [{"address": "unix:///run/x.sock"}]},
        {"resolution": "DYNAMIC_DNS", "hosts": ["*.example.com"]},
        {"resolution": "STATIC", "workloadSelector": {"labels": {"app": "x"}}},
        {"exportTo": ["~"]},
        {"ports": [{"number": 80, "name": "x"}]},
    ],
)
def test_services_outside_are_declared(entry_errors, spec):
    assert entry_errors(**spec) == []


@pytest.mark.parametrize(
    ("spec", "paths"),
    [
        ({"hosts": []}, ["hosts"]),
        ({"hosts": ["*"]}, ["hosts[0]"]),
        ({"hosts": ["-"]}, ["hosts[0]"]),
        ({"hosts": ["a.b", "a.b"]}, ["hosts[1]"]),
        ({"addresses": ["10.0.0.0/8", "10.0.0.0/33"]}, ["addresses[1]"]),
        ({"addresses": ["10.0.0.0/8"], "resolution": "DNS"}, ["addresses[0]"]),
        ({"ports": [PORT, {**PORT, "name": "b"}]}, ["ports[1].number"]),
        ({"ports": [PORT, {**PORT, "number": 81}]}, ["ports[1].name"]),
        ({"ports": [{**PORT, "name": ""}]}, ["ports[0].name"]),
        ({"ports": [{**PORT, "protocol": "HTTPX"}]}, ["ports[0].protocol"]),
        ({"ports": [{**PORT, "targetPort": 70000}], "resolution": "DNS"}, ["ports[0].targetPort"]),
        ({"endpoints": [{"address": "10.0.0.1"}]}, ["endpoints"]),
        ({"resolution": "STATIC", "endpoints": [{"address": "b.example.com"}]}, ["endpoints[0].address"]),
        ({"resolution": "DNS", "hosts": ["*.example.com"]}, ["hosts[0]"]),
        ({"resolution": "DNS", "endpoints": [{"address": "unix:///x"}]}, ["endpoints[0].address"]),
        ({"resolution": "DNS_ROUND_ROBIN", "endpoints": [{"address": "a.b"}] * 2}, ["endpoints"]),
        ({"resolution": "DYNAMIC_DNS", "addresses": ["10.0.0.1"]}, ["addresses"]),
        ({"resolution": "DYNAMIC_DNS", "endpoints": [{"address": "a.b"}]}, ["endpoints"]),
        ({"resolution": "DYNAMIC_DNS", "workloadSelector": {"labels": {"a": "b"}}}, ["workloadSelector"]),
        (
            {"resolution": "STATIC", "endpoints": [{"address": "1.1.1.1", "ports": {"htp": 1}}]},
            ["endpoints[0].ports.htp"],
        ),
        ({"workloadSelector": {"labels": {"a": "*"}}}, ["workloadSelector.labels.a"]),
        (
            {"resolution": "STATIC", "workloadSelector": {}, "endpoints": [{"address": "1.1.1.1"}]},
            ["endpoints"],
        ),
        ({"exportTo": ["*", "a"]}, ["exportTo"]),
        ({"tls": {}}, ["tls"]),
    ],
)
def test_contradictions_are_refused_where_they_stand(entry_errors, spec, paths):
    assert entry_errors(**spec) == paths


def test_a_socket_serves_one_port(entry_errors):
    ports = [PORT, {"number": 81, "name": "b"}]
    found = entry_errors(resolution="STATIC", ports=ports, endpoints=[{"address": "unix:///x"}])
    assert found == ["ports"]


@pytest.mark.parametrize(
    ("spec", "path"),
    [
        ({"hosts": ["*example.com"]}, "spec.hosts[0]"),
        ({"hosts": ["a.b"], "ports": [{**PORT, "targetPort": 8080}]}, "spec.ports[0].targetPort"),
        (
            {
                "hosts": ["*.a.b"],
                "resolution": "DYNAMIC_DNS",
                "ports": [PORT, {"number": 1, "name": "b", "protocol": "tcp"}],
            },
            "spec.ports[1].protocol",
        ),
    ],
)
def test_what_has_little_effect_is_warned_of(warnings, spec, path):
    assert warnings("ServiceEntry", **spec) == [path]
