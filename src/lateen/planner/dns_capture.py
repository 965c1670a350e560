"""How far a client's names are resolved by the mesh: told by what its proxy says of itself, as Istio names it.

https://istio.io/latest/docs/ops/configuration/traffic-management/dns-proxy/ (DNS_CAPTURE, DNS_AUTO_ALLOCATE)
"""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

IPV4 = "4"
IPV6 = "6"
_NOT_ALLOCATED = "-"
_OFF = "off"


class DnsCapture(NamedTuple):
    """`on`: the names that its applications ask for are answered by its agent. `allocates`: hosts without addresses
    have some that were allocated. `families`: of addresses that it can use, IPV4 and IPV6 or one of them."""

    on: bool = True
    allocates: bool = True
    families: str = IPV4

    def has(self, address: str) -> bool:
        """Say whether the client can use an address."""
        return (IPV6 if ":" in address else IPV4) in self.families

    def text(self) -> str:
        """Write it as a scope's trait: "" for the usual, else as `6`, `46-`, `off`."""
        if not self.on:
            return _OFF
        return "" if self == USUAL else self.families + _NOT_ALLOCATED * (not self.allocates)

    @classmethod
    def parse(cls, text: str) -> "DnsCapture":
        """Read what `text` wrote."""
        if text == _OFF:
            return cls(on=False, allocates=False)
        allocates, families = not text.endswith(_NOT_ALLOCATED), text.removesuffix(_NOT_ALLOCATED)
        return cls(allocates=allocates, families=families or IPV4)

    @classmethod
    def of_proxy(cls, metadata: Mapping[str, Any]) -> "DnsCapture":
        """Read a proxy's metadata. Both are on unless it says otherwise; without addresses of its own it has IPv4."""
        on, allocates = (_is_on(metadata.get(name)) for name in ("DNS_CAPTURE", "DNS_AUTO_ALLOCATE"))
        return cls(on, on and allocates, _families(str(metadata.get("INSTANCE_IPS") or "").split(",")))


USUAL = DnsCapture()


def _is_on(value: object) -> bool:
    return str(value).strip().lower() not in ("false", "0", "f")


def _families(addresses: Iterable[str]) -> str:
    found = {IPV6 if ":" in address else IPV4 for address in addresses if address.strip()}
    return "".join(sorted(found)) or IPV4
