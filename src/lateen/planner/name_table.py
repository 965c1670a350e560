"""Which addresses stand for a service's host, and for its pods' hosts, in the DNS proxies of clients.

A headless service's host stands for all its ready endpoints; its pods that have a host name of their own have a name
below it. Hosts that no address stands for are left to other resolvers, and so are aliases and blocks of addresses.
"""

from collections.abc import Iterable, Iterator

from lateen.plan.name import Name
from lateen.planner.dns_capture import DnsCapture
from lateen.registry.endpoint import Endpoints
from lateen.registry.service import Service


def plan_names(service: Service, known: Endpoints, dns: DnsCapture) -> Iterator[Name]:
    """Plan the names of a service, whose `addresses` are those that the client reaches it at; `known`: the endpoints of
    a headless one."""
    headless = service.resolution == "HEADLESS"
    if addresses := _of_family(known.addresses if headless else service.addresses, dns):
        yield _name(service, "", addresses)
    for hostname, own in known.hostnames.items() if headless else ():
        if addresses := _of_family(own, dns):
            yield _name(service, f"{hostname}.", addresses)


def _name(service: Service, below: str, addresses: tuple[str, ...]) -> Name:
    return Name(
        name=f"{below}{service.host}",
        addresses=addresses,
        short_name=f"{below}{service.name}" if service.kubernetes else "",
        namespace=service.namespace if service.kubernetes else "",
        origin=service.origin,
    )


def _of_family(addresses: Iterable[str], dns: DnsCapture) -> tuple[str, ...]:
    return tuple(address for address in addresses if "/" not in address and dns.has(address))
