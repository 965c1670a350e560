"""Gateways as a whole: objects in, listeners and route tables out."""

from typing import Any

from worlds import World, istio, mesh_config, service

from lateen.plan.route import Redirect
from lateen.planner.scope import Scope

EDGE = Scope("gateway", "istio-system", "istio=edge")


def gateway(name: str, *servers: str, namespace: str = "shop", created: str = "", to: str = "edge") -> dict[str, Any]:
    spec = f"{{selector: {{istio: {to}}}, servers: [{', '.join(servers)}]}}"
    return istio("Gateway", name, spec, namespace=namespace, created=created)


def plain(*hosts: str, port: int = 80, more: str = "") -> str:
    return f"{{port: {{number: {port}, name: http-{port}, protocol: HTTP}}, hosts: {quoted(hosts)}{more}}}"


def secure(*hosts: str, mode: str = "SIMPLE", protocol: str = "HTTPS", name: str = "https") -> str:
    secret = ", credentialName: cert" if mode in ("SIMPLE", "MUTUAL") else ""
    tls = f"{{mode: {mode}{secret}}}"
    return f"{{port: {{number: 443, name: {name}, protocol: {protocol}}}, hosts: {quoted(hosts)}, tls: {tls}}}"


def quoted(hosts: tuple[str, ...]) -> str:
    return "[" + ", ".join(f"'{host}'" for host in hosts) + "]"


def rules(
    name: str, host: str, to: str = "web", *, at: str = "g", match: str = "", created: str = "", namespace: str = "shop"
) -> dict[str, Any]:
    matched = f"match: [{match}], " if match else ""
    rule = f"{{{matched}route: [{{destination: {{host: {to}}}}}]}}"
    spec = f"{{hosts: ['{host}'], gateways: [{at}], http: [{rule}]}}"
    return istio("VirtualService", name, spec, created=created, namespace=namespace)


def hosts(world: World, table: str) -> dict[str, list[str]]:
    found = world.table(table, EDGE)
    assert found is not None
    return {host.name: world.targets(table, host.name, EDGE) for host in found.virtual_hosts}


def test_a_gateway_without_rules_answers_nothing_but_listens():
    world = World(EDGE)
    world.put(gateway("g", plain("foo.bar")))
    listener = world.listener("0.0.0.0_80", EDGE)
    proxy = listener.chains[0].proxy
    assert (listener.bind, proxy.route_name, proxy.edge) == (True, "http.80", True)
    assert hosts(world, "http.80") == {"blackhole:80": []}


def test_rules_are_bound_by_the_gateways_name():
    world = World(EDGE)
    world.put(gateway("g", plain("foo.bar")), rules("v", "*"))
    assert hosts(world, "http.80") == {"foo.bar:80": ["outbound|80||web.shop.svc.cluster.local"]}
    world.put(rules("v", "*", at="other"))
    assert hosts(world, "http.80") == {"blackhole:80": []}
    world.put(rules("v", "*", at="shop/g", namespace="bank"))
    assert hosts(world, "http.80") == {"foo.bar:80": ["outbound|80||web.bank.svc.cluster.local"]}


def test_another_gateways_proxies_do_not_notice():
    world = World(EDGE)
    world.put(gateway("g", plain("*"), to="other"), rules("v", "*"))
    assert world.names("listeners", EDGE) == []


def test_an_external_port_is_listened_on_where_the_service_leads():
    world = World(EDGE)
    ports = [{"name": "http", "port": 80, "targetPort": 8080}]
    world.put(service("edge", ports, namespace="istio-system", selector={"istio": "edge"}))
    world.put(gateway("g", plain("*"), plain("*", port=81)), rules("v", "a.x"))
    assert world.names("listeners", EDGE) == ["0.0.0.0_8080", "0.0.0.0_81"]
    assert hosts(world, "http.8080") == {"a.x:80": ["outbound|80||web.shop.svc.cluster.local"]}


def test_several_gateways_share_a_port():
    world = World(EDGE)
    world.put(gateway("g", plain("a.x")), gateway("h", plain("b.x"), namespace="bank"))
    world.put(rules("v", "a.x"), rules("w", "b.x", at="bank/h"))
    assert sorted(hosts(world, "http.80")) == ["a.x:80", "b.x:80"]


def test_rules_of_several_virtual_services_stand_one_after_another_catch_alls_last():
    world = World(EDGE)
    world.put(gateway("g", plain("a.x")))
    world.put(rules("old", "a.x", "all.x", created="2020-01-01T00:00:00Z"))
    world.put(rules("new", "a.x", "foo.x", match="{uri: {prefix: /foo}}", created="2021-01-01T00:00:00Z"))
    assert hosts(world, "http.80") == {"a.x:80": ["outbound|80||foo.x", "outbound|80||all.x"]}


def test_a_namespace_before_a_host_limits_whose_rules_count():
    world = World(EDGE)
    world.put(gateway("g", plain("./a.x")), rules("v", "a.x", at="shop/g", namespace="bank"))
    assert hosts(world, "http.80") == {"blackhole:80": []}


def test_rules_that_are_not_exported_to_the_gateway_do_not_count():
    spec = "{hosts: [a.x], gateways: [g], exportTo: ['.'], http: [{route: [{destination: {host: b.x}}]}]}"
    world = World(EDGE)
    world.put(gateway("g", plain("a.x")), istio("VirtualService", "v", spec))
    assert hosts(world, "http.80") == {"blackhole:80": []}


def test_https_redirect_asks_for_tls_with_or_without_rules():
    world = World(EDGE)
    world.put(gateway("g", plain("a.x", more=", tls: {httpsRedirect: true}")))
    (host,) = world.table("http.80", EDGE).virtual_hosts
    assert (host.name, host.require_tls, host.domains) == ("a.x:80", True, ("a.x",))
    world.put(rules("v", "a.x"), gateway("h", plain("a.x")))
    assert world.host("http.80", "a.x:80", EDGE).require_tls


def test_https_ends_here_by_sni_with_a_table_per_server():
    world = World(EDGE)
    world.put(gateway("g", secure("a.x", name="one"), secure("*.b.x", mode="MUTUAL", name="two")), rules("v", "a.x"))
    listener = world.listener("0.0.0.0_443", EDGE)
    assert [(chain.match.server_names, chain.proxy.route_name, chain.tls.mode) for chain in listener.chains] == [
        (("a.x",), "https.443.one.g.shop", "SIMPLE"),
        (("*.b.x",), "https.443.two.g.shop", "MUTUAL"),
    ]
    assert listener.filters == ("tls_inspector",)
    assert listener.chains[0].tls.credentials == ("cert",)
    assert hosts(world, "https.443.one.g.shop") == {"a.x:443": ["outbound|443||web.shop.svc.cluster.local"]}
    assert hosts(world, "https.443.two.g.shop") == {"blackhole:443": []}


def test_tls_passes_through_by_sni():
    world = World(EDGE)
    world.put(gateway("g", secure("*.x", mode="PASSTHROUGH", protocol="TLS")))
    assert world.listener("0.0.0.0_443", EDGE) is None
    spec = """{hosts: [a.x], gateways: [g], tls: [{match: [{port: 443, sniHosts: [a.x]}],
      route: [{destination: {host: b.x, port: {number: 8443}}}]}]}"""
    world.put(istio("VirtualService", "v", spec))
    (chain,) = world.listener("0.0.0.0_443", EDGE).chains
    assert (chain.match.server_names, chain.tls) == (("a.x",), None)
    assert chain.proxy.upstreams == (("outbound|8443||b.x", 100),)


def test_the_same_sni_twice_does_not_break_the_listener():
    world = World(EDGE)
    world.put(gateway("g", secure("a.x")), gateway("h", secure("a.x", "b.x")))
    names = [chain.match.server_names for chain in world.listener("0.0.0.0_443", EDGE).chains]
    assert names == [("a.x",), ("b.x",)]


def test_tcp_goes_where_rules_say():
    tcp = "{port: {number: 3306, name: db, protocol: TCP}, hosts: ['*']}"
    spec = "{hosts: ['*'], gateways: [g], tcp: [{match: [{port: 3306}], route: [{destination: {host: db}}]}]}"
    world = World(EDGE)
    world.put(gateway("g", tcp), istio("VirtualService", "v", spec))
    (chain,) = world.listener("0.0.0.0_3306", EDGE).chains
    assert chain.proxy.upstreams == (("outbound|3306||db.shop.svc.cluster.local", 100),)


def test_the_oldest_gateway_says_what_kind_of_port_it_is():
    tcp = "{port: {number: 80, name: db, protocol: TCP}, hosts: ['*']}"
    spec = "{hosts: ['*'], gateways: [g], tcp: [{route: [{destination: {host: db}}]}]}"
    world = World(EDGE)
    world.put(gateway("g", tcp, created="2021-01-01T00:00:00Z"), istio("VirtualService", "v", spec))
    world.put(gateway("old", plain("*"), created="2020-01-01T00:00:00Z"))
    (chain,) = world.listener("0.0.0.0_80", EDGE).chains
    assert chain.proxy.route_name == "http.80"


def test_a_gateway_calls_services_as_any_client():
    world = World(EDGE)
    world.put(service("web"))
    assert "outbound|80||web.shop.svc.cluster.local" in world.names("upstreams", EDGE)
    assert world.names("assignments", EDGE) == ["outbound|80||web.shop.svc.cluster.local"]


def test_a_changed_rule_touches_its_hosts_and_their_tables_only():
    world = World(EDGE)
    world.put(gateway("g", plain("a.x", "b.x"), plain("c.x", port=81)))
    world.put(rules("a", "a.x"), rules("b", "b.x"), rules("c", "c.x"))
    world.put(rules("b", "b.x", "other"))
    assert world.changed("gateway hosts") == [(EDGE, "http.80", "b.x:80")]
    assert world.changed("planned routes") == [(EDGE, "http.80")]
    assert world.changed("planned listeners") == []


def test_redirects_and_settings_reach_gateways():
    spec = "{hosts: [a.x], gateways: [g], http: [{redirect: {uri: /b}}]}"
    world = World(EDGE)
    world.put(gateway("g", plain("a.x")), istio("VirtualService", "v", spec), mesh_config("accessLogFile: /dev/stdout"))
    assert world.host("http.80", "a.x:80", EDGE).routes[0].action == Redirect(path="/b")
    assert world.listener("0.0.0.0_80", EDGE).access_log == "/dev/stdout"


def test_a_gateway_listens_where_services_that_its_address_is_written_into_lead():
    scope = Scope("gateway", "istio-system", "istio=edge,@10.0.0.1")
    world = World(scope)
    spec = """{hosts: [edge.x], resolution: STATIC, location: MESH_INTERNAL, endpoints: [{address: 10.0.0.1}],
      ports: [{number: 80, name: http, protocol: HTTP, targetPort: 8080}]}"""
    entry = istio("ServiceEntry", "edge", spec, namespace="istio-system")
    world.put(gateway("g", plain("a.x")), rules("a", "a.x"), entry)
    assert world.names("listeners", scope) == ["0.0.0.0_8080"]
    entry["metadata"]["labels"] = {"experimental.istio.io/disable-gateway-port-translation": "true"}
    world.put(entry)
    assert world.names("listeners", scope) == ["0.0.0.0_80"]


def test_a_gateway_that_names_its_services_listens_only_where_they_lead():
    scope = Scope("gateway", "istio-system", "istio=edge")
    world = World(scope)
    named = gateway("g", plain("a.x"), plain("b.x", port=81))
    named["metadata"]["annotations"] = {"internal.istio.io/gateway-service": "edge.istio-system.svc.cluster.local"}
    ports = [{"name": "http", "port": 80, "targetPort": 8080}]
    world.put(named, rules("a", "a.x"))
    assert world.names("listeners", scope) == []
    world.put(service("edge", ports, namespace="istio-system", selector={"istio": "edge"}))
    assert world.names("listeners", scope) == ["0.0.0.0_8080"]
    world.put(service("other", [{"name": "http", "port": 81}], namespace="istio-system", selector={"istio": "edge"}))
    assert world.names("listeners", scope) == ["0.0.0.0_8080"]
