"""Policies at a node; the corpus `authn` (ambient-policy) has more of them."""

from lateen.base.refs import Origin
from lateen.plan.authorization import (
    AllOf,
    Anything,
    ClientAddress,
    DestinationPort,
    Header,
    Not,
    Peer,
    Rule,
    ServerName,
)
from lateen.plan.matching import StringMatch
from lateen.security.node_rules import at_node, plaintext_rule
from lateen.security.peer_authentication import PeerModes

WHO = Peer(StringMatch("exact", "spiffe://cluster.local/ns/a/sa/b"))
GET = Header(":method", StringMatch("exact", "GET"))
NAME = ServerName(StringMatch("exact", "a.b"))


def rule(*parts: object) -> Rule:
    return Rule(name="r", permissions=(AllOf(parts),), principals=(AllOf((WHO,)),))


def test_a_rule_on_who_connects_to_what_stands_as_it_is():
    known = rule(DestinationPort(80), ClientAddress("10.0.0.1"))
    assert list(at_node([known], "ALLOW")) == [known]


def test_what_reads_a_request_a_name_or_where_it_came_from_allows_nobody_and_denies_by_the_rest():
    for unknown in (GET, NAME, ClientAddress("10.0.0.1", original=True), Not(GET)):
        assert list(at_node([rule(DestinationPort(80), unknown)], "ALLOW")) == []
        assert list(at_node([rule(DestinationPort(80), unknown)], "DENY")) == [rule(DestinationPort(80))]
    assert list(at_node([rule(GET)], "DENY")) == [rule(Anything())]


def where(modes: PeerModes) -> object:
    found = plaintext_rule(modes, "n", Origin())
    return found and found.permissions[0]


def test_plaintext_is_denied_on_the_ports_that_are_strict():
    assert where(PeerModes("STRICT")) == Anything()
    assert where(PeerModes("PERMISSIVE", ((80, "STRICT"), (81, "DISABLE")))).any_of == (DestinationPort(80),)
    assert where(PeerModes("STRICT", ((80, "STRICT"), (81, "DISABLE")))).negated.any_of == (DestinationPort(81),)
    assert where(PeerModes("DISABLE", ((81, "PERMISSIVE"),))) is None
