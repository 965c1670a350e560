from worlds import istio, mesh_config, pod, service, slices

from lateen.simulate.call import Call
from lateen.simulate.walk import simulate

WEB = "web.shop.svc.cluster.local"
CALL = Call(port=80, host="web")
CANARY = """{hosts: [web], http: [
  {name: canary, match: [{headers: {x-canary: {exact: 'true'}}}], route: [{destination: {host: web, subset: v2}}]},
  {route: [{destination: {host: web}, weight: 90}, {destination: {host: web, subset: v2}, weight: 10}],
   fault: {delay: {fixedDelay: 3s, percentage: {value: 50}}}}]}"""


def test_a_call_goes_to_the_services_endpoints(proxy):
    outcome = simulate(proxy(service("web"), slices("web", {"web-1": "10.1.0.1"})), CALL)
    assert (outcome.listener, outcome.chain, outcome.route_config) == ("0.0.0.0_80", "80", "80")
    assert outcome.virtual_host == f"{WEB}:80" and outcome.cluster == f"outbound|80||{WEB}"
    assert [(each.address, each.port, each.tls) for each in outcome.endpoints] == [("10.1.0.1", 80, "plaintext")]
    assert not outcome.failure and not outcome.flags


def test_each_decision_names_the_field_that_asked_for_it(proxy):
    found = proxy(service("web"), istio("VirtualService", "web", CANARY))
    canary = simulate(found, Call(port=80, host="web", headers={"X-Canary": "true"}))
    assert (canary.route, canary.clusters) == ("canary", ((f"outbound|80|v2|{WEB}", 100),))
    assert canary.flags == "NC" and canary.status == 503
    fields = [step.origin.field for step in canary.steps if step.stage == "route"]
    assert fields == ["spec.http[0]", "spec.http[0]"]


def test_shares_and_injected_faults_are_told(proxy):
    outcome = simulate(proxy(service("web"), istio("VirtualService", "web", CANARY)), CALL)
    assert [weight for _, weight in outcome.clusters] == [90, 10]
    assert "50 % of the requests wait for 3 s" in [step.why for step in outcome.steps]


def test_what_no_service_claims_goes_where_it_was_going_or_nowhere(proxy):
    elsewhere = Call(port=9, address="192.0.2.1", protocol="tcp")
    assert simulate(proxy(), elsewhere).cluster == "PassthroughCluster"
    assert simulate(proxy(), elsewhere).endpoints[0].address == "192.0.2.1"
    closed = proxy(mesh_config("outboundTrafficPolicy: {mode: REGISTRY_ONLY}"))
    assert simulate(closed, elsewhere).cluster == "BlackHoleCluster"
    assert simulate(closed, elsewhere).flags == "UH"


def test_strict_takes_the_meshs_tls_only(proxy):
    found = proxy(istio("PeerAuthentication", "default", "{mtls: {mode: STRICT}}"))
    plain = Call(port=80, mode="inbound", host="web")
    assert simulate(found, plain).failure == "no filter chain"
    meshed = simulate(found, Call(port=80, mode="inbound", host="web", tls="mtls"))
    assert meshed.cluster == "InboundPassthroughCluster"
    assert simulate(found, Call(port=80, mode="inbound", host="web", tls="tls")).failure == "mutual TLS error"


def test_a_gateway_takes_the_hosts_of_its_servers(proxy):
    servers = """{selector: {istio: edge}, servers: [
      {port: {number: 80, name: http, protocol: HTTP}, hosts: [a.x], tls: {httpsRedirect: true}},
      {port: {number: 443, name: https, protocol: HTTPS}, hosts: [a.x], tls: {mode: SIMPLE, credentialName: c}}]}"""
    rules = "{hosts: [a.x], gateways: [edge], http: [{route: [{destination: {host: web}}]}]}"
    edge = pod("edge", "10.1.0.8", {"istio": "edge"}, annotations={"inject.istio.io/templates": "gateway"})
    found = proxy(istio("Gateway", "edge", servers), istio("VirtualService", "v", rules), service("web"), proxy=edge)
    redirected = simulate(found, Call(port=80, mode="gateway", host="a.x"))
    assert (redirected.status, redirected.location) == (301, "https://a.x/")
    secured = simulate(found, Call(port=443, mode="gateway", host="a.x", tls="tls"))
    assert secured.cluster == f"outbound|80||{WEB}"
    assert simulate(found, Call(port=443, mode="gateway", host="b.x", tls="tls")).failure == "no filter chain"
    assert simulate(found, Call(port=443, mode="gateway", host="a.x")).failure == "no filter chain"
    assert simulate(found, Call(port=444, mode="gateway", host="a.x")).failure == "no listener"
    assert simulate(found, Call(port=80, mode="gateway", host="b.x")).failure == "no virtual host"


def test_tls_to_a_port_of_http_is_no_http(proxy):
    declared = [{"name": "http", "port": 80}]
    found = proxy(service("web", declared, selector={"app": "client"}),
                  istio("PeerAuthentication", "default", "{mtls: {mode: DISABLE}}"))  # fmt: skip
    assert simulate(found, Call(port=80, mode="inbound", host="web", tls="tls")).failure == "protocol error"
