import pytest

from lateen.kinds.proxy_config import ProxyConfig, proxy_config_faults


def paths(**fields):
    return [fault.path for fault in proxy_config_faults("c", ProxyConfig(**fields))]


def test_no_settings_are_settings():
    assert list(proxy_config_faults("c", None)) == []
    assert paths() == []


@pytest.mark.parametrize("address", ["istiod.istio-system:15012", "10.0.0.1:80", "[2001:db8::1]:80"])
def test_an_address_is_host_and_port(address):
    assert paths(discovery_address=address) == []


@pytest.mark.parametrize("address", ["istiod", "istiod:port", "istiod:0", "istiod:100000", "2001:db8::1:80", ":80"])
def test_what_is_no_address_is_refused(address):
    assert paths(discovery_address=address) == ["c.discoveryAddress"]


def test_ports_durations_and_counts_are_checked():
    found = paths(status_port=70000, drain_duration="1.5s", concurrency=-1, termination_drain_duration="0s")
    assert found == ["c.drainDuration", "c.concurrency", "c.statusPort"]
