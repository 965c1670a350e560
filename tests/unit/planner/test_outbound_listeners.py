from lateen.plan.listener import Chain, ChainMatch, TcpProxy
from lateen.planner.client import Client
from lateen.planner.outbound_listeners import Contribution, free_chains, plan_listener, plan_virtual_outbound
from lateen.registry.mesh import Mesh


def client(**settings):
    return Client(namespace="shop", labels={}, mesh=Mesh(**settings))


def chain(name, **match):
    proxy = TcpProxy(stat_prefix=name, upstreams=((name, 100),))
    return Chain(name=name, match=ChainMatch(**match), proxy=proxy)


def part(name="a", address="0.0.0.0", **facts):
    return Contribution(address=address, port=80, age=("", "shop", name), **facts)


def upstream(chain):
    return chain.proxy.upstreams[0][0]


def test_http_of_all_services_on_a_port_is_one_chain_to_one_table():
    listener = plan_listener([part("a", http="80"), part("b", http="80")], client())
    (http,) = listener.chains
    assert (listener.name, http.proxy.route_name, http.match.alpn) == (
        "0.0.0.0_80",
        "80",
        ("http/1.1", "h2c"),
    )
    assert listener.filters == ("http_inspector",)
    assert http.proxy.mesh_alpn


def test_what_is_no_http_goes_on_or_nowhere_by_the_outbound_policy():
    for allow, name in ((True, "PassthroughCluster"), (False, "BlackHoleCluster")):
        listener = plan_listener([part(http="80")], client(allow_any=allow))
        assert upstream(listener.default_chain) == name
        assert upstream(plan_virtual_outbound(client(allow_any=allow)).default_chain) == name


def test_unclaimed_http_may_go_where_its_host_is_found():
    named = client(dynamic_dns=True)
    listener = plan_virtual_outbound(named)
    http = listener.chains[-1]
    (host,) = http.proxy.routes.virtual_hosts
    assert http.proxy.dynamic_dns and listener.filters == ("http_inspector",)
    assert host.routes[0].action.destinations[0].upstream == "AllowAnyDynamicDNSCluster"
    assert upstream(listener.default_chain) == "PassthroughCluster"
    assert plan_listener([part(http="80")], named).chains[0].proxy.dynamic_dns


def test_plain_tcp_to_a_virtual_ip_waits_for_no_inspector():
    listener = plan_listener([part(address="10.0.0.1", default=chain("db"))], client())
    assert (listener.name, listener.chains, listener.filters) == ("10.0.0.1_80", (), ())
    assert upstream(listener.default_chain) == "db"


def test_of_two_that_want_the_same_the_older_has_it():
    young = Contribution(address="0.0.0.0", port=80, age=("2", "a", "a"), default=chain("young"))
    old = Contribution(address="0.0.0.0", port=80, age=("1", "b", "b"), default=chain("old"))
    assert upstream(plan_listener([young, old], client()).default_chain) == "old"


def test_chains_keep_what_older_ones_left_them():
    first = chain("first", server_names=("a.x", "b.x"))
    second = chain("second", server_names=("b.x", "c.x"))
    third = chain("third", server_names=("a.x",))
    assert [(one.name, one.match.server_names) for one in free_chains([first, second, third])] == [
        ("first", ("a.x", "b.x")),
        ("second", ("c.x",)),
    ]


def test_blocks_and_names_are_told_apart():
    chains = [
        chain("a", prefixes=("10.0.0.0/8",)),
        chain("b", server_names=("x",)),
        chain("c", prefixes=("10.0.0.0/8",)),
    ]
    assert [one.name for one in free_chains(chains)] == ["a", "b"]


def test_sni_needs_a_look_into_the_handshake():
    listener = plan_listener([part(chains=(chain("a", server_names=("a.x",)),))], client())
    assert listener.filters == ("tls_inspector",)


def test_virtual_outbound_hands_on_by_original_destination():
    listener = plan_virtual_outbound(client(access_log="/dev/stdout"))
    assert (listener.bind, listener.use_original_dst, listener.port) == (True, True, 15001)
    assert listener.access_log == "/dev/stdout"
    assert upstream(listener.chains[0]) == "BlackHoleCluster"


def test_what_is_bound_is_listened_on_and_sends_the_unknown_nowhere():
    listener = plan_listener([part(address="127.0.0.1", http="80", bound=True)], client())
    assert (listener.bind, upstream(listener.default_chain)) == (True, "BlackHoleCluster")


def test_an_egress_proxy_gets_what_no_service_claims():
    onward = Client(namespace="shop", labels={}, mesh=Mesh(), egress_proxy="outbound|80||proxy.x")
    assert upstream(plan_virtual_outbound(onward).default_chain) == "outbound|80||proxy.x"
