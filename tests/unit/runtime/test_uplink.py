from ipaddress import IPv4Address, IPv4Network

import pytest

from lateen.base.errors import LateenError
from lateen.runtime.uplink import free_pair, guard, masquerade, without


def test_the_first_free_block_is_taken():
    taken = [IPv4Network("198.18.0.0/30"), IPv4Network("10.0.0.0/8"), IPv4Network("198.18.0.4/31")]
    assert free_pair(taken) == (IPv4Address("198.18.0.9"), IPv4Address("198.18.0.10"))


def test_a_machine_that_uses_them_all_is_refused():
    with pytest.raises(LateenError, match="no block"):
        free_pair([IPv4Network("198.16.0.0/12")])


def test_nobody_gets_in_through_the_uplink():
    rules = masquerade("lateen-x", "lat-x", IPv4Address("198.18.0.2"))
    assert 'oifname "lat-x" ct state new drop' in rules
    assert 'ip saddr 198.18.0.2 oifname != "lat-x" masquerade' in rules


def test_forwarding_is_guarded_between_the_interfaces_that_there_were():
    assert 'iifname { "eth0", "wlan0" } oifname { "eth0", "wlan0" } drop' in guard(["wlan0", "lo", "eth0", "lat-x"])


def test_a_machine_without_interfaces_needs_no_guard():
    assert "drop" not in guard(["lo"])


def test_a_table_that_is_not_there_can_be_removed():
    assert without("t") == "add table ip t\ndelete table ip t\n"
