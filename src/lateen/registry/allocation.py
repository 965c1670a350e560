"""Which hosts of ServiceEntries need an address of their own, and which addresses of the status are theirs.

A host without addresses can only be told apart by name; captured clients get an address for it, as Istio has it:
https://istio.io/latest/docs/ops/configuration/traffic-management/dns-proxy/
"""

from collections.abc import Iterable, Mapping

from lateen.kinds.addresses import is_ip
from lateen.kinds.networking.service_entry import AllocatedAddress, ServiceEntry
from lateen.kinds.object import Object

ENABLED = "networking.istio.io/enable-autoallocate-ip"

Allocated = Mapping[str, tuple[str, ...]]
NONE_ALLOCATED: Allocated = {}


def wanting(found: Object) -> tuple[str, ...]:
    """Return the hosts of a ServiceEntry that need an address: names proper, that are not reached at an address that
    the client knows already. The label ENABLED can forbid it."""
    kind: ServiceEntry = found.model
    spec = kind.spec
    if spec.addresses or spec.resolution == "NONE" or found.labels.get(ENABLED, "").lower() == "false":
        return ()
    return tuple(dict.fromkeys(host.lower() for host in spec.hosts if "*" not in host))


def usable(found: Object, said: Iterable[AllocatedAddress]) -> Allocated:
    """Return the addresses that a status gives to hosts that need some; an address serves one host only."""
    if not said:
        return NONE_ALLOCATED
    wanted, by_host, taken = wanting(found), dict[str, tuple[str, ...]](), set[str]()
    for one in said:
        host = one.host.lower()
        if host in wanted and is_ip(one.value) and one.value not in taken:
            taken.add(one.value)
            by_host[host] = (*by_host.get(host, ()), one.value)
    return by_host
