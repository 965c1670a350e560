from lateen.plan.route import VirtualHost
from lateen.planner.client import Client
from lateen.planner.route_tables import ALLOW_ANY, ALLOW_ANY_DYNAMIC_DNS, BLOCK_ALL, plan_rest, plan_table
from lateen.registry.mesh import Mesh


def host(name, *domains):
    return VirtualHost(name=name, domains=domains, routes=())


def domains(table):
    return {one.name: one.domains for one in table.virtual_hosts}


def test_what_no_host_covers_goes_to_the_rest():
    table = plan_table("80", [host("a:80", "a")], ALLOW_ANY)
    assert [one.name for one in table.virtual_hosts] == ["a:80", "allow_any"]


def test_the_rest_is_told_by_the_outbound_policy():
    def rest(**said):
        proxy = said.pop("egress_proxy", "")
        client = Client(namespace="shop", labels={}, mesh=Mesh(**said), egress_proxy=proxy)
        return plan_rest(client.unclaimed_http)

    assert rest() is ALLOW_ANY
    assert rest(allow_any=False) is BLOCK_ALL
    assert rest(dynamic_dns=True) is ALLOW_ANY_DYNAMIC_DNS
    assert rest(egress_proxy="out").routes[0].action.destinations[0].upstream == "out"


def test_an_own_name_beats_an_alias_that_comes_first():
    table = plan_table("80", [host("a:80", "a.x", "b"), host("b:80", "b")])
    assert domains(table) == {"a:80": ("a.x",), "b:80": ("b",)}


def test_of_two_aliases_the_first_counts():
    table = plan_table("80", [host("a:80", "a", "10.0.0.1"), host("b:80", "b", "10.0.0.1")])
    assert domains(table) == {"a:80": ("a", "10.0.0.1"), "b:80": ("b",)}


def test_a_host_without_a_domain_left_is_left_out():
    table = plan_table("80", [host("a:80", "x"), host("b:80", "x")], BLOCK_ALL)
    assert domains(table) == {"a:80": ("x",), "block_all": ("*",)}


def test_a_host_for_everything_leaves_nothing_to_the_rest():
    assert domains(plan_table("80", [host("*:80", "*")], ALLOW_ANY)) == {"*:80": ("*",)}


def test_untouched_hosts_stay_the_same_objects():
    one = host("a:80", "a")
    assert plan_table("80", [one]).virtual_hosts[0] is one
