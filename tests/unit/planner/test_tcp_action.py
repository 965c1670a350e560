from lateen.plan.listener import TcpProxy
from lateen.plan.route_policy import HashKey
from lateen.planner.connection_rule import ConnectionRule
from lateen.planner.site import Directory, Place, Site
from lateen.planner.target import Target
from lateen.planner.tcp_action import plan_tcp


def planned(key, *targets):
    directory = Directory(lambda host: None, lambda host, port, subset: key)
    place = Place(Site(namespace="shop", gateway="mesh", port=9), directory)
    rule = ConnectionRule(shares=tuple((Target(host), weight) for host, weight in targets))
    return plan_tcp(rule, place, "n")


def test_one_target_gets_all_and_counts_under_its_own_name():
    assert planned(None, ("a.x", 0)) == TcpProxy(stat_prefix="outbound|9||a.x", upstreams=(("outbound|9||a.x", 100),))


def test_several_share_by_weight():
    found = planned(None, ("a.x", 70), ("b.x", 30), ("c.x", 0))
    assert found == TcpProxy(stat_prefix="n", upstreams=(("outbound|9||a.x", 70), ("outbound|9||b.x", 30)))


def test_bytes_are_hashed_by_the_clients_address_only():
    assert planned(HashKey(kind="source_ip"), ("a.x", 1)).hash_source_ip
    assert not planned(HashKey(kind="header", name="x"), ("a.x", 1)).hash_source_ip
