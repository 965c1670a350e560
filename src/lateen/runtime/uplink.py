"""The way from a mesh to the rest of the world: one interface on the machine, behind masquerade."""

import os
import socket
import struct
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from fcntl import LOCK_EX, flock
from ipaddress import IPv4Address, IPv4Network
from pathlib import Path

from lateen.base.errors import LateenError
from lateen.runtime.netns import NAMED, call_in, sysctl_file
from lateen.runtime.nft import apply_rules, list_rules
from lateen.runtime.rtnetlink import Links

INSIDE = "uplink0"
PREFIX = "lat-"
GUARD = "lateen-forwarding"

# Addresses for benchmarks (RFC 2544): never on the internet, hardly ever in a local network.
_BLOCKS = IPv4Network("198.18.0.0/15")
_HERE = Path("/proc/thread-self/ns/net")
_FORWARD = "net.ipv4.ip_forward"


class Uplink:
    """The uplink of one mesh. All methods act on (and must be called in) the machine's own namespace.

    Where the machine did not forward packets it is told to; a table `lateen-forwarding` then says so, and
    keeps it from forwarding between the interfaces it had. The last mesh to go takes both away.
    """

    def __init__(self, mesh: str) -> None:
        self.interface = PREFIX + mesh
        self._table = f"lateen-{mesh}"

    def lay(self, node: Path) -> None:
        """Make the pair, its other end in the namespace at `node`, whose default route it becomes."""
        with _alone():
            outer, inner = free_pair(routed_networks())
            self._lay_outside(node, outer)
            call_in(node, lambda: _lay_inside(inner, outer))
            apply_rules(_HERE, masquerade(self._table, self.interface, inner))
            _start_forwarding()

    def remove(self) -> bool:
        """Take it away, as far as it is there; whether anything was."""
        with _alone():
            there = self.interface in interfaces()
            if there:
                with Links() as links:
                    links.delete(self.interface)
            apply_rules(_HERE, without(self._table))
            if not any(name.startswith(PREFIX) for name in interfaces()):
                _stop_forwarding()
        return there

    def _lay_outside(self, node: Path, outer: IPv4Address) -> None:
        fd = os.open(node, os.O_RDONLY | os.O_CLOEXEC)
        try:
            with Links() as links:
                links.add_veth(self.interface, INSIDE, fd)
                links.address(self.interface, f"{outer}/30")
                links.up(self.interface)
        finally:
            os.close(fd)


def masquerade(table: str, interface: str, inner: IPv4Address) -> str:
    """The machine's rules for one mesh: what comes from it leaves as the machine's own; nobody gets in."""
    return f"""{without(table)}table ip {table} {{
  chain postrouting {{
    type nat hook postrouting priority 100; policy accept
    ip saddr {inner} oifname != "{interface}" masquerade
  }}
  chain forward {{
    type filter hook forward priority 0; policy accept
    oifname "{interface}" ct state new drop
  }}
}}
"""


def without(table: str) -> str:
    """Rules that remove a table, whether it is there or not."""
    return f"add table ip {table}\ndelete table ip {table}\n"


def free_pair(taken: Iterable[IPv4Network]) -> tuple[IPv4Address, IPv4Address]:
    """The first two hosts of a /30 that overlaps none of `taken`."""
    networks = list(taken)
    for block in _BLOCKS.subnets(new_prefix=30):
        if not any(block.overlaps(network) for network in networks):
            return block[1], block[2]
    raise LateenError("no block of 198.18.0.0/15 is free for the mesh's uplink")


def routed_networks() -> list[IPv4Network]:
    """The networks that the caller's namespace has routes to, but for the default route."""
    networks = []
    for line in Path("/proc/thread-self/net/route").read_text().splitlines()[1:]:
        _, destination, _, _, _, _, _, mask, *_ = line.split()
        if int(mask, 16):
            networks.append(IPv4Network((_address(destination), _address(mask))))
    return networks


def interfaces() -> list[str]:
    """The names of the interfaces of the caller's namespace."""
    return [name for _, name in socket.if_nameindex()]


def _address(text: str) -> str:
    return socket.inet_ntoa(struct.pack("=I", int(text, 16)))


def _lay_inside(inner: IPv4Address, outer: IPv4Address) -> None:
    with Links() as links:
        links.address(INSIDE, f"{inner}/30")
        links.up(INSIDE)
        links.route("0.0.0.0/0", INSIDE, via=str(outer))


def _start_forwarding() -> None:
    if sysctl_file(_FORWARD).read_text().strip() == "0":
        apply_rules(_HERE, guard(interfaces()))
        sysctl_file(_FORWARD).write_text("1")


def guard(names: Iterable[str]) -> str:
    """Rules that keep the machine from forwarding between its interfaces, but for the meshes' own."""
    own = ", ".join(f'"{name}"' for name in sorted(names) if name != "lo" and not name.startswith(PREFIX))
    drop = f"iifname {{ {own} }} oifname {{ {own} }} drop" if own else ""
    return f"""{without(GUARD)}table ip {GUARD} {{
  chain forward {{
    type filter hook forward priority 0; policy accept
    {drop}
  }}
}}
"""


def _stop_forwarding() -> None:
    if f"table ip {GUARD} " in list_rules(_HERE):
        sysctl_file(_FORWARD).write_text("0")
        apply_rules(_HERE, without(GUARD))


@contextmanager
def _alone() -> Iterator[None]:
    """No other mesh of the machine comes or goes meanwhile."""
    folder = os.open(NAMED, os.O_RDONLY | os.O_CLOEXEC)
    try:
        flock(folder, LOCK_EX)
        yield
    finally:
        os.close(folder)
