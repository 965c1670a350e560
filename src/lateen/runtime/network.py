"""The mesh's network on this machine: one node namespace, and a namespace per pod or outer host behind it.

Each has one link, to the node, and reaches everything through it: there service addresses are translated, in
both directions. No bridge: what is on one bridge would pass the node by. IPv6 is off but on lo.
"""

import os
import threading
from dataclasses import dataclass
from ipaddress import IPv4Address
from pathlib import Path

from lateen.base.errors import LateenError
from lateen.runtime import netns
from lateen.runtime.addressing import (
    DNS_IP,
    EXTERNAL_GATEWAY,
    EXTERNAL_NETWORK,
    POD_GATEWAY,
    POD_NETWORK,
)
from lateen.runtime.leftovers import Journal
from lateen.runtime.netns import call_in
from lateen.runtime.nft import apply_rules
from lateen.runtime.uplink import Uplink
from lateen.runtime.wiring import NODE_RULES, furnish_end, furnish_node, plug, prepare_end, unplug

__all__ = ["DNS_IP", "EXTERNAL_GATEWAY", "POD_GATEWAY", "Host", "Network", "PodNetwork", "apply_rules"]

# The user of the pod 10.244.a.b is this plus a * 256 + b.
FIRST_UID = 200_000


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
            raise LateenError(f"the mesh {self.mesh} has a network already", f"lateen down --mesh {self.mesh}")
        try:
            self._create(self.path.name)
            call_in(self.path, furnish_node)
            apply_rules(self.path, NODE_RULES)
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
            raise LateenError(f"{ip} cannot be the address of {name}", f"take a free one of {EXTERNAL_NETWORK}")
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
        call_in(path, prepare_end)
        fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        try:
            call_in(self.path, lambda: plug(interface, fd, ip, gateway))
        finally:
            os.close(fd)
        call_in(path, lambda: furnish_end(ip, gateway))

    def _disconnect(self, path: Path, interface: str) -> None:
        # The pair goes by name: a process that still runs would keep the namespace and its end alive.
        call_in(self.path, lambda: unplug(interface))
        self._remove(path.name)


def _external_interface(ip: str) -> str:
    return f"ext{int(IPv4Address(ip)) & 255}"
