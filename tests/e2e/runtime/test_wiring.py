"""The ends of the links are as pods expect them."""

import os
from pathlib import Path

from lateen.runtime.netns import call_in, sysctl_file
from lateen.runtime.wiring import unplug


def test_everybody_may_use_every_port_in_a_pod(network):
    pod = network.add_pod("a")
    read = sysctl_file("net.ipv4.ip_unprivileged_port_start").read_text
    assert call_in(pod.path, read).strip() == "0"


def test_ipv6_is_off_but_on_lo(network):
    pod = network.add_pod("a")
    text = call_in(pod.path, Path("/proc/thread-self/net/if_inet6").read_text)
    assert {line.split()[-1] for line in text.splitlines()} <= {"lo"}


def test_the_machine_itself_is_left_as_it_was(network):
    network.add_pod("a")
    assert sysctl_file("net.ipv4.ip_unprivileged_port_start").read_text().strip() != "0"
    assert os.path.exists("/proc/net/if_inet6") == os.path.exists("/proc/sys/net/ipv6")


def test_a_link_that_is_not_there_can_be_removed(network):
    call_in(network.path, lambda: unplug("pod9999"))
