from lateen.kinds.all import by_kind
from lateen.kinds.decode import check, decode

RAW = {
    "apiVersion": "discovery.k8s.io/v1",
    "kind": "EndpointSlice",
    "metadata": {"name": "x-1", "namespace": "n", "labels": {"kubernetes.io/service-name": "x"}},
    "addressType": "IPv4",
    "endpoints": [{"addresses": [f"10.0.0.{number}"], "conditions": {"ready": True}} for number in range(1, 6)],
    "ports": [{"name": "http", "port": 8080}],
}


def test_a_slice_belongs_to_a_service():
    assert decode(RAW).model.service == "x"


def test_addresses_and_ports_are_checked():
    assert check(RAW) == []
    found = check({**RAW, "endpoints": [{"addresses": ["x"]}], "ports": [{"port": 0}]})
    assert [fault.path for fault in found] == ["endpoints[0].addresses[0]", "ports[0].port"]
    assert check({**RAW, "addressType": "FQDN", "endpoints": [{"addresses": ["a.b"]}]}) == []


def test_the_columns_are_kubectls():
    texts = [column.text(RAW) for column in by_kind("EndpointSlice").columns[:3]]
    assert texts == ["IPv4", "8080", "10.0.0.1,10.0.0.2,10.0.0.3 + 2 more..."]
    assert by_kind("EndpointSlice").columns[2].text({}) == "<unset>"
