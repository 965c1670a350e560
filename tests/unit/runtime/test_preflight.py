from ipaddress import IPv4Network

import pytest

from lateen.runtime.preflight import closed_forward, new_enough, overlaps


@pytest.mark.parametrize("release", ["5.12.0", "5.15.0-91-generic", "6.1.0-18-amd64", "6.18.44-fc-v595"])
def test_kernels_that_will_do(release):
    assert new_enough(release)


@pytest.mark.parametrize("release", ["5.11.9", "4.19.0-26-amd64", "what"])
def test_kernels_that_will_not(release):
    assert not new_enough(release)


def test_networks_of_the_mesh_that_the_machine_uses_are_a_warning():
    found = list(overlaps([IPv4Network("10.244.7.0/24"), IPv4Network("192.168.0.0/16")]))
    assert len(found) == 1 and "10.244.7.0/24" in found[0].message and not found[0].fatal


def test_a_closed_forward_chain_is_seen():
    rules = "table ip filter {\n\tchain FORWARD {\n\t\ttype filter hook forward priority filter; policy drop;\n"
    assert closed_forward(rules)
    assert not closed_forward(rules.replace("policy drop", "policy accept"))
    assert not closed_forward(rules.replace("ip filter", "ip lateen-forwarding"))
