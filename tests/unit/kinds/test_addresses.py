import pytest

from lateen.kinds.addresses import cidr_faults, ip_faults, is_cidr, is_ip


@pytest.mark.parametrize("text", ["10.0.0.1", "::1", "2001:db8::1"])
def test_addresses_are_recognised(text):
    assert is_ip(text)
    assert list(ip_faults("p", text)) == []


@pytest.mark.parametrize("text", ["", "10.0.0", "10.0.0.256", "example.com", "10.0.0.1/32"])
def test_what_is_no_address_is_refused(text):
    assert not is_ip(text)
    assert [fault.path for fault in ip_faults("p", text)] == ["p"]


@pytest.mark.parametrize("text", ["10.0.0.0/8", "10.1.2.3/32", "0.0.0.0/0", "2001:db8::/32", "10.0.0.1"])
def test_a_block_or_a_bare_address_is_accepted(text):
    assert list(cidr_faults("spec.addresses[0]", text)) == []


@pytest.mark.parametrize("text", ["10.0.0.0/33", "10.0.0.0/", "/8", "10.0.0.0/255.0.0.0", "1.2.3/8", "x"])
def test_a_malformed_block_is_refused_with_its_path(text):
    assert not is_cidr(text)
    assert [fault.path for fault in cidr_faults("spec.addresses[0]", text)] == ["spec.addresses[0]"]
