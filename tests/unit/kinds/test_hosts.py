import pytest
from hypothesis import given
from hypothesis import strategies as st

from lateen.kinds.hosts import (
    dns_name_faults,
    host_faults,
    is_dns_name,
    is_sni_name,
    is_wildcard_name,
    wildcard_name_faults,
)


@pytest.mark.parametrize("text", ["reviews", "a.b.c", "istio.io.", "x" * 63, "A-1.example"])
def test_dns_names_are_recognised(text):
    assert is_dns_name(text)


@pytest.mark.parametrize("text", ["", "-", "a..b", "a_.b-", "x" * 64, "1.1.1.1", "a.b:80", "*.b", ".", "a." * 200])
def test_what_is_no_dns_name_is_not(text):
    assert not is_dns_name(text)


@pytest.mark.parametrize("text", ["*", "*.example.com", "*-foo.bar", "*foo.bar", "reviews"])
def test_wildcards_stand_at_the_beginning(text):
    assert is_wildcard_name(text)
    assert list(host_faults("p", text)) == []


@pytest.mark.parametrize("text", ["foo.*.com", "foo*.bar", "**", "*."])
def test_wildcards_elsewhere_are_refused(text):
    assert len(list(wildcard_name_faults("p", text))) == 1


def test_an_address_is_a_host_but_no_name():
    assert list(host_faults("p", "10.0.0.1")) == []
    assert len(list(wildcard_name_faults("p", "10.0.0.1"))) == 1


def test_an_empty_name_is_required():
    assert [fault.message for fault in dns_name_faults("p", "")] == ["is required: a host name"]
    assert "no place here" in next(dns_name_faults("p", "*.x")).fix


def test_sni_of_another_network_is_recognised():
    assert is_sni_name("outbound_.80_._.reviews.default.svc.cluster.local")
    assert is_sni_name("outbound_.80_.v1_.reviews.default.svc.cluster.local")
    assert not is_sni_name("neverbound_.80_._.x")
    assert not is_sni_name("outbound_.80_._.-")


@given(st.from_regex(r"[a-z0-9]([-a-z0-9]{0,10}[a-z])?(\.[a-z]([-a-z0-9]{0,10}[a-z])?){0,4}", fullmatch=True))
def test_a_wildcard_before_a_name_is_a_host(name):
    assert is_wildcard_name(f"*.{name}") == is_dns_name(name)
