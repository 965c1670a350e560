import pytest
from worlds import World, istio, mesh_config, pod, service, slices

from lateen.plan.upstream import Endpoint, LocalityEndpoints, Upstream, UpstreamTls

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
    assert (found.discovery, found.localities) == ("STRICT_DNS", (LocalityEndpoints((Endpoint("a.x", 80),)),))
    spec = f"{{hosts: [a.x], resolution: DNS, {ports}, endpoints: [{{address: b.x, ports: {{http: 81}}}}]}}"
    assert entry(spec).upstream("outbound|80||a.x").localities == (LocalityEndpoints((Endpoint("b.x", 81),)),)
    found = entry(f"{{hosts: [a.x], resolution: DNS_ROUND_ROBIN, {ports}}}").upstream("outbound|80||a.x")
    assert found.discovery == "LOGICAL_DNS"


TWO = """hosts: [a.x], ports: [{number: 80, name: http, protocol: HTTP}], location: MESH_INTERNAL, endpoints: [
  {address: b.x, labels: {version: v1}, locality: r/one, weight: 2, serviceAccount: b}, {address: c.x, locality: r/two}]"""


def test_names_have_places_weights_and_identities():
    found = entry(f"{{resolution: DNS, subjectAltNames: [spiffe://x/y], {TWO}}}").upstream("outbound|80||a.x")
    assert found.localities == (
        LocalityEndpoints((Endpoint("b.x", 80, mesh_tls=True, weight=2),), "r/one"),
        LocalityEndpoints((Endpoint("c.x", 80),), "r/two"),
    )
    assert found.tls is None and found.auto_tls.sans == ("spiffe://x/y", "spiffe://cluster.local/ns/shop/sa/b")


def test_a_subset_of_names_has_those_with_its_labels():
    world = entry(f"{{resolution: DNS, {TWO}}}")
    subsets = "subsets: [{name: v1, labels: {version: v1}}, {name: v9, labels: {version: v9}}]"
    world.put(istio("DestinationRule", "a", f"{{host: a.x, {subsets}}}"))
    (locality,) = world.upstream("outbound|80|v1|a.x").localities
    assert [one.address for one in locality.endpoints] == ["b.x"]
    assert world.upstream("outbound|80|v9|a.x").localities == ()


def test_one_name_that_is_none_is_no_logical_cluster():
    """Envoy wants exactly one endpoint there."""
    spec = """{hosts: [a.x], resolution: DNS_ROUND_ROBIN, workloadSelector: {labels: {app: web}},
      ports: [{number: 80, name: http, protocol: HTTP}]}"""
    world = entry(spec)
    assert world.upstream("outbound|80||a.x").discovery == "STRICT_DNS"
    for name in ("b.x", "c.x"):
        world.put(istio("WorkloadEntry", name, f"{{address: {name}, labels: {{app: web}}}}"))
    found = world.upstream("outbound|80||a.x")
    assert (found.discovery, found.localities) == ("LOGICAL_DNS", (LocalityEndpoints((machine("b.x"),)),))


def machine(name: str) -> Endpoint:
    return Endpoint(name, 80, workload=f"{name};shop;web;;web;latest;Kubernetes")


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
