"""Lay the links of the node and of what stands behind it. Each function acts on the namespace it is called in."""

from contextlib import suppress

from lateen.runtime.addressing import (
    DNS_IP,
    EXTERNAL_GATEWAY,
    EXTERNAL_NETWORK,
    POD_GATEWAY,
    POD_NETWORK,
    SERVICE_NETWORK,
)
from lateen.runtime.netns import sysctl_file
from lateen.runtime.rtnetlink import Links
from lateen.runtime.uplink import INSIDE

_NO_IPV6 = {"net.ipv6.conf.default.disable_ipv6": "1"}
_NODE_SYSCTLS = _NO_IPV6 | {
    "net.ipv4.ip_forward": "1",
    # A pod that reaches itself through the node is meant to.
    "net.ipv4.conf.all.send_redirects": "0",
    "net.ipv4.conf.default.send_redirects": "0",
}
_END_SYSCTLS = _NO_IPV6 | {
    "net.ipv4.ip_unprivileged_port_start": "0",
    "net.ipv4.ping_group_range": "0 2147483647",
}

# What leaves the cluster does so as the node, as in Kubernetes.
NODE_RULES = f"""table ip lateen {{
  chain postrouting {{
    type nat hook postrouting priority 100; policy accept
    oifname "{INSIDE}" masquerade
    ip saddr {POD_NETWORK} ip daddr {EXTERNAL_NETWORK} snat to {EXTERNAL_GATEWAY}
  }}
}}
"""


def furnish_node() -> None:
    """In the node namespace: its addresses and routes."""
    _write(_NODE_SYSCTLS)
    with Links() as links:
        links.up("lo")
        # Whatever link a pod asks on, the node answers for each of its addresses.
        for address in (POD_GATEWAY, EXTERNAL_GATEWAY, DNS_IP):
            links.address("lo", f"{address}/32")
        for network in (POD_NETWORK, EXTERNAL_NETWORK):
            links.no_route(str(network))
        # The node's own connections to services need a route until they are translated.
        links.route(str(SERVICE_NETWORK), "lo", source=POD_GATEWAY)


def prepare_end() -> None:
    """In a pod's or host's namespace, before its link comes: ports below 1024 are open to everybody."""
    _write(_END_SYSCTLS)


def plug(interface: str, namespace: int, ip: str, gateway: str) -> None:
    """In the node namespace: make a link, its end `eth0` in the namespace that the descriptor is open on."""
    with Links() as links:
        links.add_veth(interface, "eth0", namespace)
        links.up(interface)
        links.route(f"{ip}/32", interface, source=gateway)


def unplug(interface: str) -> None:
    """In the node namespace: remove a link; none is no error."""
    with suppress(OSError), Links() as links:
        links.delete(interface)


def furnish_end(ip: str, gateway: str) -> None:
    """In a pod's or host's namespace, when its link is there: its address, and everything through the node."""
    with Links() as links:
        links.up("lo")
        links.address("eth0", f"{ip}/32")
        links.up("eth0")
        links.route(f"{gateway}/32", "eth0")
        links.route("0.0.0.0/0", "eth0", via=gateway)


def _write(sysctls: dict[str, str]) -> None:
    for key, value in sysctls.items():
        if (file := sysctl_file(key)).exists():  # there is no net.ipv6 where the machine has none
            file.write_text(value)
