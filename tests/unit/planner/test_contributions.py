from worlds import World, istio, pod, service, slices

from lateen.plan.listener import HttpProxy, TcpProxy


def to(chain) -> str:
    return chain.proxy.upstreams[0][0]


def entry(name: str, spec: str) -> dict:
    return istio("ServiceEntry", name, spec)


def test_tcp_of_a_virtual_ip_has_its_own_listener():
    world = World()
    world.put(service("db", [{"name": "mysql", "port": 3306}], address="10.0.0.7"))
    listener = world.listener("10.0.0.7_3306")
    assert to(listener.default_chain) == "outbound|3306||db.shop.svc.cluster.local"
    assert (listener.chains, listener.filters, listener.bind) == ((), (), False)


def test_a_sniffed_port_routes_http_by_a_table_of_its_own_and_the_rest_as_tcp():
    world = World()
    world.put(service("odd", [{"port": 81}], address="10.0.0.8"))
    listener = world.listener("10.0.0.8_81")
    (http,) = listener.chains
    assert isinstance(http.proxy, HttpProxy)
    assert http.proxy.route_name == "odd.shop.svc.cluster.local:81"
    assert http.match.alpn == ("http/1.1", "h2c")
    assert to(listener.default_chain) == "outbound|81||odd.shop.svc.cluster.local"
    table = world.table("odd.shop.svc.cluster.local:81")
    assert table.virtual_hosts[0].domains == ("*",)


def test_http_has_no_listener_per_address():
    world = World()
    world.put(service("web", address="10.0.0.9"))
    assert world.names("listeners") == ["0.0.0.0_80", "virtualOutbound"]


def test_a_block_of_addresses_is_a_chain_on_the_shared_listener():
    world = World()
    world.put(
        entry("db", "{hosts: [db.x], addresses: [192.0.2.5/24], ports: [{number: 3306, name: t, protocol: tcp}]}")
    )
    (chain,) = world.listener("0.0.0.0_3306").chains
    assert (chain.match.prefixes, to(chain)) == (("192.0.2.0/24",), "outbound|3306||db.x")
    assert to(world.listener("0.0.0.0_3306").default_chain) == "PassthroughCluster"


def test_a_block_of_one_is_an_address():
    world = World()
    spec = "{hosts: [db.x], addresses: [192.0.2.5/32, 192.0.2.6], ports: [{number: 3306, name: t, protocol: tcp}]}"
    world.put(entry("db", spec))
    assert world.names("listeners") == ["192.0.2.5_3306", "192.0.2.6_3306", "virtualOutbound"]


def test_two_entries_that_want_one_block_do_not_break_the_listener():
    world = World()
    for name in ("a", "b"):
        spec = f"{{hosts: [{name}.x], addresses: [192.0.2.0/24], ports: [{{number: 1, name: t, protocol: TCP}}]}}"
        world.put(entry(name, spec))
    assert [to(chain) for chain in world.listener("0.0.0.0_1").chains] == ["outbound|1||a.x"]


def test_tcp_without_any_address_takes_the_whole_port():
    world = World()
    spec = "{hosts: [db.x], resolution: DNS, ports: [{number: 5432, name: t, protocol: TCP}]}"
    world.put(entry("db", spec))
    assert to(world.listener("0.0.0.0_5432").default_chain) == "outbound|5432||db.x"


def test_tls_without_an_address_is_told_by_its_sni():
    world = World()
    for name in ("a", "*.b"):
        spec = f"{{hosts: ['{name}.x'], ports: [{{number: 443, name: tls, protocol: TLS}}]}}"
        world.put(entry(name.replace("*.", "w"), spec))
    listener = world.listener("0.0.0.0_443")
    assert {chain.match.server_names: to(chain) for chain in listener.chains} == {
        ("a.x",): "outbound|443||a.x",
        ("*.b.x",): "outbound|443||*.b.x",
    }
    assert listener.filters == ("tls_inspector",)


def test_tls_of_a_virtual_ip_needs_no_sni():
    world = World()
    world.put(service("web", [{"name": "https", "port": 443}], address="10.0.0.9"))
    listener = world.listener("10.0.0.9_443")
    assert (listener.chains, listener.filters) == ((), ())
    assert to(listener.default_chain) == "outbound|443||web.shop.svc.cluster.local"


def test_tls_rules_send_by_sni_and_weight():
    world = World()
    world.put(service("web", [{"name": "tls", "port": 443}], address="10.0.0.9"))
    rules = """
      hosts: [web.shop.svc.cluster.local]
      tls:
      - match: [{sniHosts: [web.shop.svc.cluster.local], port: 443}]
        route: [{destination: {host: a.x, port: {number: 1}}, weight: 30}, {destination: {host: b.x}, weight: 70}]
      - match: [{sniHosts: [web.shop.svc.cluster.local], port: 444}]
        route: [{destination: {host: never.x}}]
    """
    world.put(istio("VirtualService", "web", rules))
    (chain,) = world.listener("10.0.0.9_443").chains
    assert chain.match.server_names == ("web.shop.svc.cluster.local",)
    assert chain.proxy.upstreams == (("outbound|1||a.x", 30), ("outbound|443||b.x", 70))


def test_tcp_rules_send_elsewhere_and_the_rest_stays():
    world = World()
    world.put(service("db", [{"name": "tcp", "port": 9000}], address="10.0.0.9"))
    rules = """
      hosts: [db]
      tcp:
      - match: [{destinationSubnets: [10.0.0.0/30]}]
        route: [{destination: {host: a.x}}]
      - match: [{sourceNamespace: elsewhere}]
        route: [{destination: {host: b.x}}]
    """
    world.put(istio("VirtualService", "db", rules))
    listener = world.listener("10.0.0.9_9000")
    assert [(chain.match.prefixes, to(chain)) for chain in listener.chains] == [
        (("10.0.0.0/30",), "outbound|9000||a.x")
    ]
    assert to(listener.default_chain) == "outbound|9000||db.shop.svc.cluster.local"
    world.put(istio("VirtualService", "db", "{hosts: [db], tcp: [{route: [{destination: {host: c.x}}]}]}"))
    assert to(world.listener("10.0.0.9_9000").default_chain) == "outbound|9000||c.x"


def test_a_headless_services_pods_each_have_a_listener():
    world = World()
    world.put(
        service("db", [{"name": "tcp", "port": 5432}], address="None"),
        pod("db-0", "10.1.0.5"),
        slices("db", {"db-0": "10.1.0.5"}, {"tcp": 5432}),
    )
    listener = world.listener("10.1.0.5_5432")
    assert isinstance(listener.default_chain.proxy, TcpProxy)
    assert world.upstream("outbound|5432||db.shop.svc.cluster.local").discovery == "ORIGINAL_DST"
    world.delete("EndpointSlice", "db-1")
    assert world.listener("10.1.0.5_5432") is None


def test_udp_is_left_alone():
    world = World()
    world.put(service("dns", [{"name": "dns", "port": 53, "protocol": "UDP"}], address="10.0.0.10"))
    assert world.names("listeners") == ["virtualOutbound"] and world.names("upstreams") == []


DYNAMIC = """{hosts: ['*.x'], resolution: DYNAMIC_DNS, ports: [{number: 80, name: http, protocol: HTTP},
  {number: 81, name: any}, {number: 443, name: tls, protocol: TLS}, {number: 1, name: tcp, protocol: TCP}]}"""


def test_hosts_are_looked_up_for_http_and_tls_and_bytes_name_none():
    world = World()
    world.put(entry("x", DYNAMIC))
    for port in (80, 81):
        (http,) = world.listener(f"0.0.0.0_{port}").chains
        assert http.proxy.dynamic_dns
        assert world.host(str(port), f"*.x:{port}").domains == ("*.x",)
    (tls,) = world.listener("0.0.0.0_443").chains
    assert (tls.match.server_names, tls.proxy.dynamic_port) == (("*.x",), 443)
    assert world.listener("0.0.0.0_1") is None
    assert {world.upstream(f"outbound|{port}||*.x").discovery for port in (80, 81, 443)} == {"DYNAMIC_DNS"}


def test_rules_lead_tls_of_other_hosts_to_hosts_that_are_looked_up():
    world = World()
    world.put(entry("x", DYNAMIC), entry("y", "{hosts: [y.z], ports: [{number: 443, name: tls, protocol: TLS}]}"))
    route = "match: [{port: 443, sniHosts: [y.z]}], route: [{destination: {host: '*.x', port: {number: 443}}}]"
    world.put(istio("VirtualService", "y", f"{{hosts: [y.z], tls: [{{{route}}}]}}"))
    ports = {chain.match.server_names: chain.proxy.dynamic_port for chain in world.listener("0.0.0.0_443").chains}
    assert ports == {("y.z",): 443, ("*.x",): 443}


def test_mongo_is_looked_into_and_other_bytes_are_not():
    world = World()
    ports = [{"name": "mongo", "port": 27017}, {"name": "tcp", "port": 1}]
    world.put(service("db", ports, address="10.0.0.7"))
    assert world.listener("10.0.0.7_27017").default_chain.proxy.protocol == "mongo"
    assert world.listener("10.0.0.7_1").default_chain.proxy.protocol == ""
    rule = "{hosts: [db], tcp: [{match: [{port: 27017}], route: [{destination: {host: db}}]}]}"
    world.put(istio("VirtualService", "db", rule))
    assert world.listener("10.0.0.7_27017").default_chain.proxy.protocol == "mongo"
