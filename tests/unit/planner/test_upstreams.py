import pytest
from worlds import World, istio, mesh_config, pod, service, slices

from lateen.plan.upstream import Endpoint, Upstream, UpstreamTls

WEB = "web.shop.svc.cluster.local"


def entry(spec: str) -> World:
    world = World()
    world.put(istio("ServiceEntry", "x", spec))
    return world


def tls_of(policy: str, world: World | None = None) -> Upstream:
    world = world or World()
    world.put(service("web"), istio("DestinationRule", "web", f"{{host: web, trafficPolicy: {{tls: {policy}}}}}"))
    found = world.upstream(f"outbound|80||{WEB}")
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("name", "protocol"),
    [("http", "http1"), ("grpc", "http2"), ("http2", "http2"), ("tcp", "tcp"), ("https", "tcp"), ("web", "downstream")],
)
def test_the_protocol_is_what_the_port_declares(name, protocol):
    world = World()
    world.put(service("web", [{"name": name, "port": 80}]))
    assert world.upstream(f"outbound|80||{WEB}").protocol == protocol


def test_http_is_upgraded_or_kept_as_it_came_when_said():
    pool = "{host: web, trafficPolicy: {connectionPool: {http: {%s}}}}"
    for said, protocol in (("h2UpgradePolicy: UPGRADE", "http2"), ("useClientProtocol: true", "downstream")):
        world = World()
        world.put(service("web"), istio("DestinationRule", "web", pool % said))
        assert world.upstream(f"outbound|80||{WEB}").protocol == protocol


def test_the_mesh_offers_its_tls_wherever_it_is_accepted():
    world = World()
    world.put(
        service("web"),
        pod("web-1", "10.1.0.1", account="b"),
        pod("web-2", "10.1.0.2", account="a"),
        slices("web", {"web-1": "10.1.0.1", "web-2": "10.1.0.2"}),
    )
    found = world.upstream(f"outbound|80||{WEB}")
    assert found.tls is None
    assert found.auto_tls == UpstreamTls(
        mode="ISTIO_MUTUAL",
        sni=f"outbound_.80_._.{WEB}",
        sans=("spiffe://cluster.local/ns/shop/sa/a", "spiffe://cluster.local/ns/shop/sa/b"),
    )


def test_the_mesh_may_be_told_not_to():
    world = World()
    world.put(service("web"), mesh_config("enableAutoMtls: false"))
    assert world.upstream(f"outbound|80||{WEB}").auto_tls is None


@pytest.mark.parametrize("mode", ["STRICT", "PERMISSIVE", "DISABLE"])
def test_what_is_outside_is_never_sent_mesh_tls(mode):
    world = entry("{hosts: [a.x], resolution: STATIC, ports: [{number: 80, name: http, protocol: HTTP}]}")
    world.put(istio("PeerAuthentication", "default", f"{{mtls: {{mode: {mode}}}}}", namespace="istio-system"))
    found = world.upstream("outbound|80||a.x")
    assert (found.discovery, found.tls, found.auto_tls) == ("EDS", None, None)


def test_what_is_inside_by_entry_is():
    spec = """{hosts: [a.x], location: MESH_INTERNAL, resolution: STATIC, subjectAltNames: [spiffe://td/ns/n/sa/s],
      ports: [{number: 80, name: http, protocol: HTTP}]}"""
    found = entry(spec).upstream("outbound|80||a.x")
    assert found.auto_tls.sans == ("spiffe://td/ns/n/sa/s",)


def test_a_rule_may_forbid_tls():
    found = tls_of("{mode: DISABLE}")
    assert (found.tls, found.auto_tls) == (None, None)


def test_a_rule_may_demand_mesh_tls_of_all_endpoints():
    found = tls_of("{mode: ISTIO_MUTUAL}")
    assert found.auto_tls is None
    assert (found.tls.mode, found.tls.sni) == ("ISTIO_MUTUAL", f"outbound_.80_._.{WEB}")


def test_a_rule_may_originate_tls():
    found = tls_of("{mode: SIMPLE, caCertificates: /etc/ca.pem, subjectAltNames: [web.x]}")
    assert found.tls == UpstreamTls(mode="SIMPLE", sni=WEB, sans=("web.x",), ca_file="/etc/ca.pem")
    found = tls_of("{mode: MUTUAL, clientCertificate: /c, privateKey: /k, sni: other.x}")
    assert (found.tls.cert_file, found.tls.key_file, found.tls.sni) == ("/c", "/k", "other.x")


def test_a_subset_has_an_sni_of_its_own():
    world = World()
    world.put(service("web"), istio("DestinationRule", "web", "{host: web, subsets: [{name: v1}]}"))
    assert world.upstream(f"outbound|80|v1|{WEB}").auto_tls.sni == f"outbound_.80_.v1_.{WEB}"


def test_without_resolution_the_connection_goes_where_it_was_going():
    found = entry("{hosts: [a.x], addresses: [192.0.2.0/24], ports: [{number: 1, name: t, protocol: TCP}]}")
    upstream = found.upstream("outbound|1||a.x")
    assert (upstream.discovery, upstream.tls, upstream.auto_tls) == ("ORIGINAL_DST", None, None)
    assert found.names("assignments") == []


def test_dns_looks_up_the_endpoints_or_the_host_itself():
    ports = "ports: [{number: 80, name: http, protocol: HTTP}]"
    found = entry(f"{{hosts: [a.x], resolution: DNS, {ports}}}").upstream("outbound|80||a.x")
    assert (found.discovery, found.endpoints) == ("STRICT_DNS", (Endpoint("a.x", 80),))
    spec = f"{{hosts: [a.x], resolution: DNS, {ports}, endpoints: [{{address: b.x, ports: {{http: 81}}}}]}}"
    assert entry(spec).upstream("outbound|80||a.x").endpoints == (Endpoint("b.x", 81),)
    found = entry(f"{{hosts: [a.x], resolution: DNS_ROUND_ROBIN, {ports}}}").upstream("outbound|80||a.x")
    assert found.discovery == "LOGICAL_DNS"


def test_a_headless_service_is_sent_mesh_tls_when_all_its_endpoints_take_it():
    world = World()
    world.put(
        service("web", address="None"),
        pod("web-0", "10.1.0.1"),
        pod("web-1", "10.1.0.2"),
        slices("web", {"web-0": "10.1.0.1", "web-1": "10.1.0.2"}),
    )
    assert world.upstream(f"outbound|80||{WEB}").tls.mode == "ISTIO_MUTUAL"
    world.put(pod("web-1", "10.1.0.2", injected=False))
    assert world.upstream(f"outbound|80||{WEB}").tls is None


def test_an_alias_has_no_upstream_of_its_own():
    world = World()
    world.put(service("old", type="ExternalName", externalName=WEB, ports=[]))
    assert world.names("upstreams") == []
