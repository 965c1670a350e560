from worlds import istio

from lateen.kinds.decode import decode
from lateen.plan.listener import DownstreamTls
from lateen.planner.gateway import GatewayRules, Server, ServerHost, gateway_rules


def gateway(servers: str) -> GatewayRules:
    return gateway_rules(decode(istio("Gateway", "edge", f"{{selector: {{istio: edge}}, servers: [{servers}]}}")))


def server(protocol: str, tls: str = "", hosts: str = "'*'") -> Server:
    said = f", tls: {tls}" if tls else ""
    found = gateway(f"{{port: {{number: 443, name: p, protocol: {protocol}}}, hosts: [{hosts}]{said}}}")
    return found.servers[0]


def test_what_a_server_carries_is_told_by_protocol_and_mode():
    assert server("HTTP").carries == "http"
    assert server("grpc").carries == "http"
    assert server("HTTPS", "{mode: SIMPLE, credentialName: c}").carries == "https"
    assert server("TLS", "{mode: SIMPLE, credentialName: c}").carries == "tls"
    assert server("HTTPS", "{mode: PASSTHROUGH}").carries == "sni"
    assert server("TLS", "{mode: PASSTHROUGH}").carries == "sni"
    assert server("TCP").carries == "tcp"
    assert server("MONGO").carries == "tcp"
    assert (server("MONGO").mongo, server("TCP").mongo) == (True, False)


def test_the_services_that_lead_to_a_gateway_may_be_named():
    raw = istio("Gateway", "g", "{servers: [{port: {number: 80, name: p, protocol: HTTP}, hosts: ['*']}]}")
    assert gateway_rules(decode(raw)).services == ()
    raw["metadata"]["annotations"] = {"internal.istio.io/gateway-service": "a.x,b.x"}
    assert gateway_rules(decode(raw)).services == ("a.x", "b.x")


def test_tls_is_the_secrets_unless_the_meshs_own():
    found = server("HTTPS", "{mode: MUTUAL, credentialName: c, minProtocolVersion: TLSV1_3}")
    assert found.tls == DownstreamTls(mode="MUTUAL", credentials=("c",), roots="c", min_version="TLSV1_3")
    assert server("HTTPS", "{mode: ISTIO_MUTUAL}").tls == DownstreamTls(mode="ISTIO_MUTUAL")
    assert server("HTTPS", "{mode: PASSTHROUGH}").tls is None


def test_hosts_may_be_limited_to_rules_of_a_namespace():
    found = server("HTTP", hosts="a.x, ./b.x, '*/c.x', bank/d.x")
    assert found.hosts == (
        ServerHost("*", "a.x"),
        ServerHost("shop", "b.x"),
        ServerHost("*", "c.x"),
        ServerHost("bank", "d.x"),
    )
    assert list(found.taken("b.x", "shop")) == ["b.x"]
    assert list(found.taken("b.x", "bank")) == []


def test_of_a_servers_and_a_rules_host_the_closer_is_taken():
    found = server("HTTP", hosts="'*.example.com', foo.bar")
    assert list(found.taken("a.example.com", "shop")) == ["a.example.com"]
    assert list(found.taken("*", "shop")) == ["*.example.com", "foo.bar"]
    assert list(found.taken("*.com", "shop")) == ["*.example.com"]
    assert list(found.taken("other.x", "shop")) == []


def test_a_server_for_any_host_asks_for_no_sni():
    assert server("TLS", "{mode: PASSTHROUGH}", "'*', a.x").server_names == ()
    assert server("TLS", "{mode: PASSTHROUGH}", "a.x, ./a.x").server_names == ("a.x",)


def test_redirects_are_for_plain_http():
    assert server("HTTP", "{httpsRedirect: true}").redirect
    assert not server("HTTP").redirect
