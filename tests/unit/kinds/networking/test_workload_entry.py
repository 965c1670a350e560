import pytest

from lateen.kinds.networking.workload_entry import WorkloadEntrySpec, entry_faults


def paths(severity="error", **entry):
    return [fault.path for fault in entry_faults("e", WorkloadEntrySpec(**entry)) if fault.severity == severity]


@pytest.mark.parametrize("address", ["10.0.0.1", "::1", "db.example.com", "unix:///run/x", "unix://@abstract"])
def test_addresses_of_workloads(address):
    assert paths(address=address) == []


@pytest.mark.parametrize("address", ["", "db.example.com:80", "unix://relative", "unix:///dir/", "a b"])
def test_what_is_no_address_is_refused(address):
    assert paths(address=address) == ["e.address"]


def test_without_an_address_the_network_says_where():
    assert paths(network="n") == []
    assert paths("warning", network="n") == ["e.address"]


def test_ports_and_labels_are_checked():
    assert paths(address="a", ports={"a b": 0}, labels={"x y": "z"}) == [
        'e.ports["a b"]',
        'e.ports["a b"]',
        'e.labels["x y"]',
    ]


def test_a_socket_has_no_ports():
    assert paths(address="unix:///x", ports={"a": 1}) == ["e.ports"]
    assert WorkloadEntrySpec(address="unix:///x").is_unix
