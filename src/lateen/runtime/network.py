"""The mesh's network on this machine: one node namespace, and a namespace per pod or outer host behind it.

Each has one link, to the node, and reaches everything through it: there service addresses are translated, in
both directions. No bridge: what is on one bridge would pass the node by. IPv6 is off but on lo.
"""

import os
import threading
from contextlib import suppress
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network
from pathlib import Path

from lateen.base.errors import LateenError
from lateen.runtime import netns
from lateen.runtime.leftovers import Journal
from lateen.runtime.netns import call_in, sysctl_file
from lateen.runtime.nft import apply_rules
from lateen.runtime.rtnetlink import Links
from lateen.runtime.uplink import INSIDE, Uplink

__all__ = ["DNS_IP", "EXTERNAL_GATEWAY", "POD_GATEWAY", "Host", "Network", "PodNetwork", "apply_rules"]

POD_NETWORK = IPv4Network("10.244.0.0/16")
POD_GATEWAY = "10.244.0.1"
SERVICE_NETWORK = IPv4Network("10.96.0.0/16")
DNS_IP = "10.96.0.10"
EXTERNAL_NETWORK = IPv4Network("203.0.113.0/24")
EXTERNAL_GATEWAY = "203.0.113.1"

# The user of the pod 10.244.a.b is this plus a * 256 + b.
FIRST_UID = 200_000

_NO_IPV6 = {"net.ipv6.conf.default.disable_ipv6": "1"}
_NODE_SYSCTLS = _NO_IPV6 | {
    "net.ipv4.ip_forward": "1",
    # A pod that reaches itself through the node is meant to.
    "net.ipv4.conf.all.send_redirects": "0",
    "net.ipv4.conf.default.send_redirects": "0",
}
_POD_SYSCTLS = _NO_IPV6 | {
    "net.ipv4.ip_unprivileged_port_start": "0",
    "net.ipv4.ping_group_range": "0 2147483647",
}

# What leaves the cluster does so as the node, as in Kubernetes.
_NODE_RULES = f"""table ip lateen {{
  chain postrouting {{
    type nat hook postrouting priority 100; policy accept
    oifname "{INSIDE}" masquerade
    ip saddr {POD_NETWORK} ip daddr {EXTERNAL_NETWORK} snat to {EXTERNAL_GATEWAY}
  }}
}}
"""


@dataclass(frozen=True, slots=True)
class PodNetwork:
    """A pod's network: its address, its namespace's path, its interface in the node namespace.

    `uid` is a user of the machine that no other pod of the mesh has.
    """

    name: str
    ip: str
    path: Path
    interface: str
    uid: int


@dataclass(frozen=True, slots=True)
class Host:
    """A host outside the mesh: its address and its namespace's path."""

    name: str
    ip: str
    path: Path


class Network:
    """`path` is the node namespace, `host` the one that this object was made in.

    Methods block for some milliseconds and may be called from any thread, in any namespace.
    """

    def __init__(self, mesh: str, journal: Journal) -> None:
        self.mesh = mesh
        self.path = netns.NAMED / f"lateen-{mesh}"
        self.host = netns.current()
        self._journal = journal
        self._lock = threading.Lock()
        self._pods: dict[str, PodNetwork] = {}
        self._hosts: dict[str, Host] = {}
        self._next = 2

    def up(self, *, uplink: bool = True) -> None:
        """Make the node namespace. Raises LateenError when the mesh is up already; what is half-made goes."""
        if self.path.exists():
            raise LateenError(
                f"the mesh {self.mesh} has a network already", f"lateen down --mesh {self.mesh}"
            )
        try:
            self._create(self.path.name)
            call_in(self.path, _furnish_node)
            apply_rules(self.path, _NODE_RULES)
            if uplink:
                self._journal.add("uplink", self.mesh)
                call_in(self.host, lambda: Uplink(self.mesh).lay(self.path))
        except BaseException:
            self.down()
            raise

    def down(self) -> None:
        """Remove everything that was made here. Processes that still run keep their namespaces alive."""
        for pod in list(self._pods):
            self.remove_pod(pod)
        for host in list(self._hosts):
            self.remove_host(host)
        call_in(self.host, Uplink(self.mesh).remove)
        self._journal.drop("uplink", self.mesh)
        self._remove(self.path.name)

    def add_pod(self, name: str) -> PodNetwork:
        """`name` is unique in the mesh, such as the pod's uid. Raises LateenError when no address is free."""
        with self._lock:
            number = self._free_number()
            ip = str(POD_NETWORK[number])
            path = netns.NAMED / f"lateen-{self.mesh}-{name}"
            pod = self._pods[name] = PodNetwork(name, ip, path, f"pod{number}", FIRST_UID + number)
        try:
            self._create(path.name)
            self._connect(path, pod.interface, ip, POD_GATEWAY)
        except BaseException:
            self.remove_pod(name)
            raise
        return pod

    def remove_pod(self, name: str) -> None:
        """Unknown names are no error. The address is free again, for pods that come much later."""
        if (pod := self._pods.get(name)) is not None:
            self._disconnect(pod.path, pod.interface)
            del self._pods[name]

    def add_host(self, name: str, ip: str) -> Host:
        """A host outside the mesh at `ip` in 203.0.113.0/24; run its programs in its namespace."""
        if IPv4Address(ip) not in EXTERNAL_NETWORK or any(host.ip == ip for host in self._hosts.values()):
            raise LateenError(
                f"{ip} cannot be the address of {name}", f"take a free one of {EXTERNAL_NETWORK}"
            )
        path = netns.NAMED / f"lateen-{self.mesh}-{name}"
        host = self._hosts[name] = Host(name, ip, path)
        try:
            self._create(path.name)
            self._connect(path, _external_interface(ip), ip, EXTERNAL_GATEWAY)
        except BaseException:
            self.remove_host(name)
            raise
        return host

    def remove_host(self, name: str) -> None:
        """Unknown names are no error."""
        if (host := self._hosts.pop(name, None)) is not None:
            self._disconnect(host.path, _external_interface(host.ip))

    def _free_number(self) -> int:
        """The next number that no pod has: addresses are used again as late as possible."""
        taken = {pod.uid - FIRST_UID for pod in self._pods.values()}
        size = POD_NETWORK.num_addresses - 1
        for offset in range(size):
            number = (self._next + offset) % size
            if number > 1 and number not in taken:
                self._next = number + 1
                return number
        raise LateenError(f"no address of {POD_NETWORK} is free")

    def _create(self, name: str) -> None:
        self._journal.add("netns", name)
        netns.create(name)

    def _remove(self, name: str) -> None:
        netns.remove(name)
        self._journal.drop("netns", name)

    def _connect(self, path: Path, interface: str, ip: str, gateway: str) -> None:
        """Join a namespace to the node: `interface` there, eth0 with the address `ip` here."""
        call_in(path, lambda: _write(_POD_SYSCTLS))
        fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        try:
            call_in(self.path, lambda: _plug(interface, fd, ip, gateway))
        finally:
            os.close(fd)
        call_in(path, lambda: _furnish(ip, gateway))

    def _disconnect(self, path: Path, interface: str) -> None:
        # The pair goes by name: a process that still runs would keep the namespace and its end alive.
        call_in(self.path, lambda: _unplug(interface))
        self._remove(path.name)


def _external_interface(ip: str) -> str:
    return f"ext{int(IPv4Address(ip)) & 255}"


def _write(sysctls: dict[str, str]) -> None:
    for key, value in sysctls.items():
        if (file := sysctl_file(key)).exists():  # there is no net.ipv6 where the machine has none
            file.write_text(value)


def _furnish_node() -> None:
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


def _plug(interface: str, namespace: int, ip: str, gateway: str) -> None:
    with Links() as links:
        links.add_veth(interface, "eth0", namespace)
        links.up(interface)
        links.route(f"{ip}/32", interface, source=gateway)


def _unplug(interface: str) -> None:
    with suppress(OSError), Links() as links:
        links.delete(interface)


def _furnish(ip: str, gateway: str) -> None:
    with Links() as links:
        links.up("lo")
        links.address("eth0", f"{ip}/32")
        links.up("eth0")
        links.route(f"{gateway}/32", "eth0")
        links.route("0.0.0.0/0", "eth0", via=gateway)
