from worlds import istio

from lateen.kinds.decode import decode
from lateen.planner.gateway import gateway_rules
from lateen.planner.gateway_listeners import Part, plan_gateway_listener, rule_part, server_part
from lateen.planner.gateway_routes import BoundServer
from lateen.planner.site import Directory, Place, Site
from lateen.planner.virtual_service import traffic, virtual_service
from lateen.registry.mesh import Mesh

HERE = Place(Site(namespace="istio-system", gateway="shop/g", port=443), Directory(lambda host: None))


def bound(protocol: str, hosts: str = "'*'", tls: str = "", bind: str = "", name: str = "g") -> BoundServer:
    more = (f", tls: {tls}" if tls else "") + (f", bind: {bind}" if bind else "")
    server = f"{{port: {{number: 443, name: p, protocol: {protocol}}}, hosts: [{hosts}]{more}}}"
    spec = f"{{selector: {{istio: edge}}, servers: [{server}]}}"
    return BoundServer(gateway=gateway_rules(decode(istio("Gateway", name, spec))), index=0, port=8443)


def part(server: BoundServer, rules: str, semantics: str = "") -> Part | None:
    raw = istio("VirtualService", "v", f"{{gateways: [g], {rules}}}")
    raw["metadata"]["annotations"] = {"internal.istio.io/route-semantics": semantics}
    return rule_part(server, traffic(virtual_service(decode(raw), ("*",))), HERE)


def test_http_comes_with_the_server_and_bytes_with_rules():
    http = server_part(bound("HTTP"))
    assert (http.family, http.port, len(http.chains)) == ("http", 8443, 1)
    assert server_part(bound("TCP")).chains == ()
    assert plan_gateway_listener([server_part(bound("TCP"))], Mesh()) is None
    assert part(bound("HTTP"), "hosts: ['*'], tcp: [{route: [{destination: {host: a.x}}]}]") is None


def test_an_address_to_bind_is_kept():
    found = server_part(bound("HTTP", bind="127.0.0.1"))
    listener = plan_gateway_listener([found], Mesh(access_log="/dev/stdout"))
    assert listener is not None
    assert (listener.name, listener.address, listener.access_log) == ("127.0.0.1_8443", "127.0.0.1", "/dev/stdout")


def test_clients_names_are_their_own_business():
    found = server_part(bound("HTTP"))
    assert found.chains[0].proxy.client_certificate == "SANITIZE_SET"


def test_sni_is_limited_to_the_servers_hosts():
    rule = "hosts: ['*.x'], tls: [{match: [{sniHosts: [%s]}], route: [{destination: {host: a.y}}]}]"
    server = bound("TLS", "a.x, b.x", "{mode: PASSTHROUGH}")
    found = part(server, rule % "a.x")
    assert found is not None and found.chains[0].match.server_names == ("a.x",)
    assert part(server, rule % "c.x") is None
    found = part(server, rule % "'*.x'")
    assert found is not None and found.chains[0].match.server_names == ("a.x", "b.x")


def test_rules_for_another_port_add_nothing():
    rule = "hosts: ['*'], tcp: [{match: [{port: %d}], route: [{destination: {host: a.y}}]}]"
    assert part(bound("TCP"), rule % 443) is not None
    assert part(bound("TCP"), rule % 444) is None


def test_bytes_in_tls_that_ends_here_are_told_by_sni():
    server = bound("TLS", "a.x", "{mode: SIMPLE, credentialName: c}")
    found = part(server, "hosts: [a.x], tcp: [{route: [{destination: {host: a.y}}]}]")
    assert found is not None
    (chain,) = found.chains
    assert chain.tls is not None
    assert (chain.match.server_names, chain.tls.credentials) == (("a.x",), ("c",))


def test_the_tls_rules_of_a_route_of_the_gateway_api_hold_where_tls_ends_too():
    server = bound("TLS", "a.x, b.x", "{mode: SIMPLE, credentialName: c}")
    rule = "hosts: [a.x], tls: [{match: [{sniHosts: [a.x]}], route: [{destination: {host: a.y}}]}]"
    assert part(server, rule) is None
    found = part(server, rule, "gateway")
    assert found is not None
    (chain,) = found.chains
    assert chain.tls is not None and chain.match.server_names == ("a.x",)


def test_bytes_of_a_port_are_the_oldest_gateways_alone():
    first, second = bound("TCP", name="a"), bound("TCP", name="b")
    rules = "hosts: ['*'], tcp: [{route: [{destination: {host: a.y}}]}]"
    parts = [server_part(first), server_part(second), part(second, rules)]
    assert plan_gateway_listener([one for one in parts if one], Mesh()) is None
    listener = plan_gateway_listener([one for one in (*parts, part(first, rules)) if one], Mesh())
    assert listener is not None and [chain.name for chain in listener.chains] == ["tcp.443.a.shop"]
