"""Policies as a node's proxy holds them, which knows who connects to which port and nothing of requests.

There are no such proxies yet: the corpus `authn` holds these rules until there are.
https://istio.io/latest/docs/ambient/usage/l4-policy/
"""

from collections.abc import Iterable, Iterator

from lateen.base.refs import Origin
from lateen.plan.authorization import (
    AnyOf,
    Anything,
    ClientAddress,
    DestinationPort,
    Expression,
    Header,
    Metadata,
    Not,
    Path,
    PathTemplate,
    Peer,
    Rule,
    ServerName,
)
from lateen.security import patterns
from lateen.security.authorization_rule import Action, as_known
from lateen.security.peer_authentication import PeerModes

_UNKNOWN = (Header, Path, PathTemplate, Metadata, ServerName)


def at_node(rules: Iterable[Rule], action: Action) -> Iterator[Rule]:
    """Yield the rules of a policy as they are there."""
    return as_known(rules, action, _unknown)


def plaintext_rule(modes: PeerModes, name: str, origin: Origin) -> Rule | None:
    """Return the DENY rule by which a workload takes no plaintext where its modes say so, None where it takes it on
    every port. Where the node ends no TLS, nobody has an identity: DISABLE is as PERMISSIVE."""
    strict = tuple(DestinationPort(port) for port, mode in modes.ports if mode == "STRICT")
    open_ports = tuple(DestinationPort(port) for port, mode in modes.ports if mode != "STRICT")
    if modes.mode == "STRICT":
        where: Expression = Not(AnyOf(open_ports)) if open_ports else Anything()
    elif strict:
        where = AnyOf(strict)
    else:
        return None
    return Rule(name=name, permissions=(where,), principals=(Not(Peer(patterns.ANYTHING)),), origin=origin)


def _unknown(one: Expression) -> bool:
    return isinstance(one, _UNKNOWN) or (isinstance(one, ClientAddress) and one.original)
