"""From TLSRoutes, TCPRoutes and UDPRoutes to rules: bytes go where their one rule says, by weight.

https://gateway-api.sigs.k8s.io/reference/spec/#tlsroute
https://gateway-api.sigs.k8s.io/reference/spec/#tcproute
"""

from collections.abc import Iterator

from msgspec.structs import replace

from lateen.kinds.gateway_api.rules import ConnectionRule as Rule
from lateen.kinds.object import Object
from lateen.planner.connection_rule import ConnectionMatch, ConnectionRule
from lateen.planner.gateway_api.backends import NOWHERE, Permitted, Refused, find_backend
from lateen.planner.target import Target


def connection_rules(found: Object, permitted: Permitted) -> Iterator[ConnectionRule]:
    """Read the rules of a route. `permitted`: of references to other namespaces.

    A backend that means nothing keeps its share of the connections: nothing listens there.
    """
    match = ConnectionMatch(server_names=getattr(found.model.spec, "hostnames", ()))
    for index, rule in enumerate(found.model.spec.rules):
        shares = tuple(_shares(rule, found.namespace, permitted)) or ((NOWHERE, 1),)
        yield ConnectionRule(shares=shares, matches=(match,), origin=found.origin_at(f"spec.rules[{index}]"))


def for_host(rule: ConnectionRule, host: str) -> ConnectionRule:
    """Return a rule as it is for one of its server names."""
    return replace(rule, matches=(ConnectionMatch(server_names=(host,)),))


def _shares(rule: Rule, namespace: str, permitted: Permitted) -> Iterator[tuple[Target, int]]:
    for said in rule.backend_refs:
        if said.weight:
            target = find_backend(said, namespace, permitted)
            yield NOWHERE if isinstance(target, Refused) else target, said.weight
