from worlds import istio

from lateen.kinds.decode import decode
from lateen.planner.connection_rule import ConnectionMatch, ConnectionRule
from lateen.planner.connection_rules import block, connection_rules
from lateen.planner.site import Where
from lateen.planner.target import Target

SPEC = """
hosts: [a.x]
tls: [{match: [{sniHosts: [A.x], port: 443}], route: [{destination: {host: one}, weight: 3}]}]
tcp: [{route: [{destination: {host: b.x, port: {number: 9}}}]},
      {match: [{destinationSubnets: [10.1.2.3/8, 10.0.0.0/8]}], route: [{destination: {host: b.x}}]}]
"""


def rules(field: str) -> tuple[ConnectionRule, ...]:
    found = decode(istio("VirtualService", "v", SPEC))
    return connection_rules(found, field, getattr(found.model.spec, field))


def test_tls_is_told_by_its_server_name():
    (rule,) = rules("tls")
    assert rule.shares == ((Target("one.shop.svc.cluster.local"), 3),)
    assert rule.matches == (ConnectionMatch(where=Where(port=443), server_names=("a.x",)),)
    assert rule.origin.field == "spec.tls[0]"


def test_bytes_are_told_by_where_they_go():
    first, second = rules("tcp")
    assert first.matches == (ConnectionMatch(),) and first.shares == ((Target("b.x", 9), 0),)
    assert second.matches == (ConnectionMatch(prefixes=("10.0.0.0/8",)),)


def test_a_block_has_one_way_to_be_written():
    assert block("10.1.2.3/8") == "10.0.0.0/8"
