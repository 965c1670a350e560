"""Route tables from virtual hosts. A domain stands in a table once: Envoy refuses the whole table
otherwise."""

from collections.abc import Iterable, Mapping
from functools import cache

import msgspec

from lateen.plan.matching import RouteMatch
from lateen.plan.route import Destination, DirectResponse, Forward, Route, RouteConfig, VirtualHost
from lateen.planner import names


@cache
def _allow_any(upstream: str) -> VirtualHost:
    action = Forward(destinations=(Destination(upstream=upstream),), retries=None)
    return VirtualHost(
        name="allow_any", domains=("*",), routes=(Route(name="allow_any", match=RouteMatch(), action=action),)
    )


ALLOW_ANY = _allow_any(names.PASSTHROUGH)
ALLOW_ANY_DYNAMIC_DNS = _allow_any(names.DYNAMIC_DNS)
BLOCK_ALL = VirtualHost(
    name="block_all",
    domains=("*",),
    routes=(Route(name="block_all", match=RouteMatch(), action=DirectResponse(502)),),
)


def plan_rest(upstream: str) -> VirtualHost:
    """Plan what becomes of requests to hosts that a table does not know, and so go to `upstream`."""
    return BLOCK_ALL if upstream == names.BLACK_HOLE else _allow_any(upstream)


def plan_table(name: str, hosts: Iterable[VirtualHost], rest: VirtualHost | None = None) -> RouteConfig:
    """Plan a table of `hosts`, the more deserving first, and of `rest` for what they do not cover.

    Domains are in lower case (Envoy compares them so). The first domain of a virtual host is its own name and
    beats another's alias; of equals the first counts. A virtual host whose domains are all taken is left out.
    """
    ordered = [*hosts, rest] if rest else list(hosts)
    owners = _owners(ordered)
    taken: set[str] = set()
    unique = []
    for index, host in enumerate(ordered):
        kept = tuple(domain for domain in host.domains if owners[domain] == index)
        if len(kept) != len(host.domains):
            host = msgspec.structs.replace(host, domains=kept)
        if kept and host.name not in taken:
            taken.add(host.name)
            unique.append(host)
    return RouteConfig(name=name, virtual_hosts=tuple(unique))


def _owners(hosts: list[VirtualHost]) -> Mapping[str, int]:
    """Map each domain to the position of the virtual host that has it."""
    owners: dict[str, int] = {}
    for index, host in enumerate(hosts):
        if host.domains:
            owners.setdefault(host.domains[0], index)
    for index, host in enumerate(hosts):
        for domain in host.domains:
            owners.setdefault(domain, index)
    return owners
