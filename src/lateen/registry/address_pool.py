"""Choose addresses for hosts that have none: each its own, the same after every restart, out of Istio's two networks.

Laws: an address of a status stands as long as nobody has a better claim to it; who writes an address into a spec has
the best claim, then the oldest object; who loses gets another one. A new address is where the host's name hashes to, or
the next free one: two control planes that know the same choose the same.
"""

from collections.abc import Iterable, Iterator, Mapping
from hashlib import blake2b
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import NamedTuple

from lateen.base.refs import Key

IPV4 = IPv4Network("240.240.0.0/16")
IPV6 = IPv6Network("2001:2::/48")
SIZE = IPV4.num_addresses - 2
"""Hosts that get addresses of both families; the first and the last of the block are nobody's."""

_NETWORKS: tuple[IPv4Network | IPv6Network, ...] = (IPV4, IPV6)

# Addresses by host, the IPv4 address first.
Addresses = Mapping[str, tuple[str, ...]]


class Claimant(NamedTuple):
    """An object: its `hosts` that want addresses, and the addresses and blocks that it names itself (`own`)."""

    created: str
    hosts: tuple[str, ...] = ()
    own: tuple[str, ...] = ()


class AddressPool:
    """Knows who has which address. What changed is computed by `settle`. `starved`: who got none, for none is free."""

    def __init__(self) -> None:
        self._claimants: dict[Key, Claimant] = {}
        self._held: dict[Key, Addresses] = {}
        self._owners: dict[str, set[tuple[Key, str]]] = {}
        self._own: dict[Key, list[IPv4Network | IPv6Network]] = {}
        self._due: dict[Key, None] = {}
        self.starved: set[Key] = set()

    def know(self, key: Key, claimant: Claimant) -> None:
        """Take note of an object, new or changed."""
        before = self._claimants.get(key)
        if claimant != before:
            self._claimants[key] = claimant
            self._due[key] = None
            self._reserve(key, claimant.own)

    def saw(self, key: Key, said: Addresses) -> None:
        """Take note of what an object's status says: that is what it has, whoever wrote it."""
        held = {host: tuple(filter(_is_ours, addresses)) for host, addresses in said.items()}
        if held != self._held.get(key, {}):
            self._hold(key, {**self._held.get(key, {}), **held})
            self._doubt((key,))

    def forget(self, key: Key) -> None:
        """The object is gone, and its addresses are free."""
        self._claimants.pop(key, None)
        self._own.pop(key, None)
        self._due.pop(key, None)
        self.starved.discard(key)
        self._hold(key, {})
        self._doubt(self.starved)

    def settle(self) -> Iterator[tuple[Key, Addresses]]:
        """Yield the addresses of every object for which they may have changed, the oldest first."""
        while self._due:
            due, self._due = sorted(self._due, key=self._age), {}
            for key in due:
                yield key, self._choose(key)

    def _choose(self, key: Key) -> Addresses:
        hosts = self._claimants[key].hosts
        chosen = {host: addresses for host in hosts if (addresses := self._addresses(key, host))}
        (self.starved.discard if len(chosen) == len(hosts) else self.starved.add)(key)
        self._hold(key, chosen)
        return chosen

    def _addresses(self, key: Key, host: str) -> tuple[str, ...]:
        """Keep the addresses of a host that are its by right, and choose what is missing. () when none is free."""
        right = [ip for ip in self._held.get(key, {}).get(host, ()) if self._is_right(ip, key, host)]
        kept = [next((ip for ip in right if ip_address(ip) in network), "") for network in _NETWORKS]
        missing = [network for network, ip in zip(_NETWORKS, kept, strict=True) if not ip]
        fresh = iter(self._free(missing, f"{key}/{host}"))
        found = [ip or next(fresh, "") for ip in kept]
        return tuple(found) if all(found) else ()

    def _is_right(self, ip: str, key: Key, host: str) -> bool:
        if self._is_reserved(ip):
            return False
        return min(self._owners.get(ip, {(key, host)}), key=self._rank) == (key, host)

    def _free(self, networks: list[IPv4Network | IPv6Network], name: str) -> list[str]:
        """Choose an address of each network, at the same place of both, none of them anybody's."""
        start = int.from_bytes(blake2b(name.encode(), digest_size=8).digest()) % SIZE
        for step in range(SIZE if networks else 0):
            place = 1 + (start + step) % SIZE
            found = [str(network[place]) for network in networks]
            if not any(ip in self._owners or self._is_reserved(ip) for ip in found):
                return found
        return []

    def _is_reserved(self, ip: str) -> bool:
        return any(ip_address(ip) in network for networks in self._own.values() for network in networks)

    def _reserve(self, key: Key, own: Iterable[str]) -> None:
        given = (ip_network(text, strict=False) for text in own)
        networks = [one for one in given if any(_meet(one, ours) for ours in _NETWORKS)]
        self._own.pop(key, None)
        if networks:
            self._own[key] = networks
            self._doubt(owner for ip in self._owners if self._is_reserved(ip) for owner, _ in self._owners[ip])

    def _hold(self, key: Key, addresses: Addresses) -> None:
        for host, ips in self._held.pop(key, {}).items():
            for ip in ips:
                self._owners[ip].discard((key, host))
                if not self._owners[ip]:
                    del self._owners[ip]
        for host, ips in addresses.items():
            for ip in ips:
                others = self._owners.setdefault(ip, set())
                self._doubt(owner for owner, _ in others if owner != key)
                others.add((key, host))
        if addresses:
            self._held[key] = addresses

    def _doubt(self, keys: Iterable[Key]) -> None:
        self._due.update(dict.fromkeys(key for key in keys if key in self._claimants))

    def _age(self, key: Key) -> tuple[str, Key]:
        known = self._claimants.get(key)
        return (known.created if known else "~", key)

    def _rank(self, owner: tuple[Key, str]) -> tuple[str, Key, str]:
        """Order claims of one address; to objects that are not known (yet) nobody gives way."""
        return (*self._age(owner[0]), owner[1])


def _is_ours(ip: str) -> bool:
    return any(ip_address(ip) in network for network in _NETWORKS)


def _meet(one: IPv4Network | IPv6Network, other: IPv4Network | IPv6Network) -> bool:
    return one.version == other.version and one.overlaps(other)
