import pytest

from lateen.kinds.all import by_kind
from lateen.kinds.decode import check

PORT = {"name": "http", "port": 80}


@pytest.mark.parametrize(
    "spec",
    [
        {"selector": {"app": "x"}, "ports": [{"port": 9080}]},
        {"ports": [PORT, {"name": "dns", "port": 80, "protocol": "UDP"}]},
        {"clusterIP": "None"},
        {"type": "ExternalName", "externalName": "db.example.com"},
        {"ports": [{**PORT, "targetPort": "web", "appProtocol": "http"}], "clusterIP": "10.96.0.1"},
    ],
)
def test_services_are_accepted(errors, spec):
    assert errors("Service", **spec) == []


@pytest.mark.parametrize(
    ("spec", "path"),
    [
        ({}, "spec.ports"),
        ({"ports": [PORT, {"port": 81}]}, "spec.ports[1].name"),
        ({"ports": [PORT, {**PORT, "port": 81}]}, "spec.ports[1].name"),
        ({"ports": [PORT, {**PORT, "name": "b"}]}, "spec.ports[1]"),
        ({"ports": [{**PORT, "port": 0}]}, "spec.ports[0].port"),
        ({"ports": [{**PORT, "targetPort": 0}]}, "spec.ports[0].targetPort"),
        ({"ports": [{**PORT, "name": "Http"}]}, "spec.ports[0].name"),
        ({"ports": [{**PORT, "protocol": "HTTP"}]}, "spec.ports[0].protocol"),
        ({"ports": [PORT], "clusterIP": "x"}, "spec.clusterIP"),
        ({"ports": [PORT], "selector": {"a": "b c"}}, "spec.selector.a"),
        ({"type": "ExternalName"}, "spec.externalName"),
    ],
)
def test_faults_name_the_field(errors, spec, path):
    assert errors("Service", **spec) == [path]


def test_the_name_of_a_service_is_a_dns_label():
    raw = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "a.b"}, "spec": {"ports": [PORT]}}
    assert [fault.path for fault in check(raw)] == ["metadata.name"]


def test_the_columns_are_kubectls():
    raw = {
        "spec": {"clusterIP": "10.96.0.1", "ports": [{"port": 80}, {"port": 53, "protocol": "UDP"}]},
        "status": {"loadBalancer": {"ingress": [{"ip": "1.2.3.4"}]}},
    }
    texts = [column.text(raw) for column in by_kind("Service").columns[:4]]
    assert texts == ["ClusterIP", "10.96.0.1", "1.2.3.4", "80/TCP,53/UDP"]
    assert [column.text({}) for column in by_kind("Service").columns[:4]] == ["ClusterIP", "<none>", "<none>", "<none>"]


def test_a_load_balancer_without_an_address_waits_for_one():
    external = by_kind("Service").columns[2]
    assert external.text({"spec": {"type": "LoadBalancer"}}) == "<pending>"
