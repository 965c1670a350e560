import pytest

from lateen.sources.guard import Guard


@pytest.mark.parametrize(
    ("address", "why"),
    [
        ("127.0.0.1", "loopback"),
        ("127.8.8.8", "loopback"),
        ("::1", "loopback"),
        ("::ffff:127.0.0.1", "loopback"),
        ("169.254.169.254", "link-local"),
        ("fe80::1%eth0", "link-local"),
        ("100.100.100.200", "metadata"),
        ("fd00:ec2::254", "metadata"),
        ("224.0.0.1", "multicast"),
        ("ff02::1", "multicast"),
        ("0.0.0.0", "no address"),
        ("255.255.255.255", "no address"),
        ("64:ff9b::7f00:1", "stands for another"),
        ("2002:7f00:1::", "stands for another"),
        ("10.244.3.4", "inside the mesh"),
        ("::ffff:10.244.3.4", "inside the mesh"),
    ],
)
def test_inner_addresses_are_refused(address: str, why: str) -> None:
    assert why in Guard(inside=["10.244.0.0/16"]).refusal(address)


@pytest.mark.parametrize("address", ["203.0.113.7", "10.1.2.3", "192.168.1.1", "2001:db8::1", "100.64.0.1"])
def test_others_are_not(address: str) -> None:
    assert Guard(inside=["10.244.0.0/16"]).refusal(address) == ""


def test_what_is_allowed_is_not_refused() -> None:
    guard = Guard(inside=["10.244.0.0/16"], allowed=["127.0.0.0/8", "10.244.7.0/24"])
    assert guard.refusal("127.0.0.1") == guard.refusal("10.244.7.1") == ""
    assert guard.refusal("10.244.8.1") and guard.refusal("::1")
