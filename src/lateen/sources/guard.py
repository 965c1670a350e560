"""Addresses that things named by users' objects are not fetched from: those inside, which only we can reach.

Whoever may write an object must not make the control plane read for him what he may not read himself: the machine's own
services, a cloud's metadata, the API server, pods and services behind their policies.
https://owasp.org/www-community/attacks/Server_Side_Request_Forgery
"""

from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

# Shared by clouds for metadata beside the link-local ones: Alibaba, Oracle, AWS over IPv6.
_METADATA = tuple(map(ip_network, ("100.100.100.200/32", "192.0.0.192/32", "fd00:ec2::254/128")))
# IPv6 that stands for IPv4 behind a translator; 6to4 and Teredo hide an address too.
_TRANSLATED = tuple(map(ip_network, ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32")))


class Guard:
    """Says of an address why it is refused. `inside`: the mesh's own networks; `allowed`: networks that are not
    refused, whatever else they are."""

    def __init__(self, inside: Iterable[str] = (), allowed: Iterable[str] = ()) -> None:
        self._inside = tuple(map(ip_network, inside))
        self._allowed = tuple(map(ip_network, allowed))

    def refusal(self, address: str) -> str:
        """Return what the address is that it is refused; "" when it is not."""
        found: Address = ip_address(address.partition("%")[0])
        if isinstance(found, IPv6Address) and found.ipv4_mapped is not None:
            found = found.ipv4_mapped
        if _within(found, self._allowed):
            return ""
        if _within(found, self._inside):
            return "an address inside the mesh"
        return _kind(found)


def _kind(found: Address) -> str:
    if _within(found, _METADATA):
        return "a metadata service's address"
    if _within(found, _TRANSLATED):
        return "an address that stands for another"
    named = {
        "a loopback address": found.is_loopback,
        "a link-local address": found.is_link_local,
        "a multicast address": found.is_multicast,
        "no address of a host": found.is_unspecified or found.is_reserved,
    }
    return next((name for name, holds in named.items() if holds), "")


def _within(found: Address, networks: Iterable[Network]) -> bool:
    return any(found.version == network.version and found in network for network in networks)
