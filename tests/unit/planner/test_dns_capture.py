import pytest

from lateen.planner.dns_capture import USUAL, DnsCapture


def test_a_proxy_that_says_nothing_captures_and_has_ipv4() -> None:
    assert DnsCapture.of_proxy({}) == USUAL == DnsCapture(on=True, allocates=True, families="4")


def test_a_proxy_can_say_no() -> None:
    assert DnsCapture.of_proxy({"DNS_CAPTURE": "false"}) == DnsCapture(on=False, allocates=False)
    assert DnsCapture.of_proxy({"DNS_CAPTURE": "true", "DNS_AUTO_ALLOCATE": "false"}) == DnsCapture(allocates=False)


def test_families_are_those_of_the_proxys_own_addresses() -> None:
    assert DnsCapture.of_proxy({"INSTANCE_IPS": "10.0.0.1,fd00::1"}).families == "46"
    assert DnsCapture.of_proxy({"INSTANCE_IPS": "fd00::1"}).families == "6"


def test_an_address_is_of_use_if_the_client_has_its_family() -> None:
    assert USUAL.has("240.240.0.1") and not USUAL.has("2001:2::1")


@pytest.mark.parametrize(
    ("capture", "text"),
    [
        (USUAL, ""),
        (DnsCapture(on=False, allocates=False), "off"),
        (DnsCapture(allocates=False), "4-"),
        (DnsCapture(families="46"), "46"),
        (DnsCapture(allocates=False, families="6"), "6-"),
    ],
)
def test_what_is_written_is_read_again(capture: DnsCapture, text: str) -> None:
    assert capture.text() == text
    assert DnsCapture.parse(text) == capture
