"""From a VirtualService's rules for TCP, and for TLS that is not terminated, to rules for connections."""

from collections.abc import Iterable, Iterator
from ipaddress import ip_network

from lateen.kinds.networking.connection_routes import L4MatchAttributes, TCPRoute, TLSMatchAttributes, TLSRoute
from lateen.kinds.object import Object
from lateen.planner.connection_rule import ConnectionMatch, ConnectionRule
from lateen.planner.matches import where
from lateen.planner.target import target


def connection_rules(found: Object, field: str, written: Iterable[TCPRoute | TLSRoute]) -> tuple[ConnectionRule, ...]:
    """Read the rules of a VirtualService that stand in `field` of its spec."""
    return tuple(
        ConnectionRule(
            shares=tuple((target(one.destination, found.namespace), one.weight) for one in rule.route),
            matches=tuple(_matches(rule.match, found.namespace)),
            origin=found.origin_at(f"spec.{field}[{index}]"),
        )
        for index, rule in enumerate(written)
    )


def _matches(written: tuple[L4MatchAttributes | TLSMatchAttributes, ...], namespace: str) -> Iterator[ConnectionMatch]:
    for one in written:
        yield ConnectionMatch(
            where=where(one, namespace),
            server_names=tuple(host.lower() for host in one.sni_hosts) if isinstance(one, TLSMatchAttributes) else (),
            prefixes=tuple(dict.fromkeys(map(block, one.destination_subnets))),
        )
    if not written:
        yield ConnectionMatch()


def block(text: str) -> str:
    """Write a CIDR block in its one canonical form: two ways to write it would be a duplicate to Envoy."""
    return str(ip_network(text, strict=False))
