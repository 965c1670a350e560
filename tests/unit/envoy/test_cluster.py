import pytest

from lateen.base.refs import Origin
from lateen.envoy import cluster as module
from lateen.envoy.build import Builder
from lateen.envoy.cluster import MESH_HTTP_ALPN, cluster
from lateen.plan.upstream import ConnectionPool, Endpoint, LocalityEndpoints, OutlierDetection, Upstream, UpstreamTls
from lateen.proto.descriptors import message

OPTIONS = "envoy.extensions.upstreams.http.v3.HttpProtocolOptions"
MESH = UpstreamTls(mode="ISTIO_MUTUAL", sni="outbound_.80_._.a", sans=("spiffe://cluster.local/ns/n/sa/a",))
HOST = "a.n.svc.cluster.local"
NAME = f"outbound|80||{HOST}"


def built(name=NAME, discovery="EDS", **plan):
    encoded = cluster(Upstream(name=name, discovery=discovery, **plan), "cluster.local")
    return message("envoy.config.cluster.v3.Cluster").FromString(encoded)


def options(found):
    unpacked = message(OPTIONS)()
    found.typed_extension_protocol_options[OPTIONS].Unpack(unpacked)
    return unpacked


def test_endpoints_are_discovered_under_the_same_name_however_long_it_takes():
    found = built()
    assert found.type == 3
    assert found.eds_cluster_config.service_name == NAME
    assert found.eds_cluster_config.eds_config.HasField("ads")
    assert found.eds_cluster_config.eds_config.HasField("initial_fetch_timeout")
    assert found.connect_timeout.seconds == 10


def test_inbound_goes_to_the_original_destination_from_an_address_of_its_own():
    found = built("inbound|9080||", "ORIGINAL_DST", protocol="downstream", bind_address="127.0.0.6")
    assert (found.type, found.lb_policy) == (4, 6)
    source = found.upstream_bind_config.source_address
    assert (source.address, source.port_value) == ("127.0.0.6", 0)
    assert source.HasField("port_value")
    assert options(found).HasField("use_downstream_protocol_config")


def test_a_black_hole_has_no_endpoints():
    assert built("BlackHoleCluster", "STATIC").load_assignment.ByteSize() > 0
    assert not built("BlackHoleCluster", "STATIC").load_assignment.endpoints


@pytest.mark.parametrize(("discovery", "one"), [("STRICT_DNS", False), ("LOGICAL_DNS", True)])
def test_a_name_is_resolved_to_an_endpoint_for_each_address_or_for_all(discovery, one):
    found = built(discovery=discovery, localities=(LocalityEndpoints((Endpoint("example.com", 443),)),))
    resolver = message("envoy.extensions.clusters.dns.v3.DnsCluster")()
    assert found.cluster_type.typed_config.Unpack(resolver)
    assert resolver.all_addresses_in_single_endpoint == one
    assert resolver.respect_dns_ttl
    [locality] = found.load_assignment.endpoints
    assert locality.lb_endpoints[0].endpoint.address.socket_address.address == "example.com"


@pytest.mark.parametrize("protocol", ["tcp", "http1"])
def test_http1_is_envoys_default_and_says_nothing(protocol):
    assert not built(protocol=protocol).typed_extension_protocol_options


def test_http2_and_pool_limits():
    pool = ConnectionPool(max_connections=1, max_requests_per_connection=5, idle_timeout_ms=100, max_retries=2)
    found = built(protocol="http2", pool=pool)
    assert options(found).explicit_http_config.HasField("http2_protocol_options")
    assert options(found).common_http_protocol_options.max_requests_per_connection.value == 5
    [limits] = found.circuit_breakers.thresholds
    assert (limits.max_connections.value, limits.max_retries.value) == (1, 2)
    assert limits.max_requests.value == 2**32 - 1
    assert limits.track_remaining


def test_auto_mtls_is_chosen_by_endpoint_and_plaintext_is_the_other_choice():
    mesh, other = built(protocol="http1", auto_tls=MESH).transport_socket_matches
    assert mesh.match.fields["tlsMode"].string_value == "istio"
    assert mesh.transport_socket.name == "envoy.transport_sockets.tls"
    assert not other.match.fields
    assert other.transport_socket.name == "envoy.transport_sockets.raw_buffer"


def test_own_tls_is_for_every_endpoint():
    found = built(tls=MESH)
    assert found.transport_socket.name == "envoy.transport_sockets.tls"
    assert not found.transport_socket_matches


def test_without_sni_a_users_tls_asks_for_the_requests_host_and_checks_it():
    tls = UpstreamTls(mode="SIMPLE")
    named = options(built(protocol="http1", tls=tls)).upstream_http_protocol_options
    assert named.auto_sni and named.auto_san_validation
    assert not built(protocol="tcp", tls=tls).typed_extension_protocol_options
    assert not built(protocol="http1", tls=UpstreamTls(mode="SIMPLE", sni="a")).typed_extension_protocol_options


def test_metadata_is_what_istios_tools_read():
    origin = Origin("DestinationRule", "n", "rule")
    fields = built(host=HOST, port=80, subset="v1", origin=origin).metadata.filter_metadata["istio"].fields
    assert fields["config"].string_value == "/apis/networking.istio.io/v1/namespaces/n/destination-rule/rule"
    assert fields["default_original_port"].number_value == 80
    assert fields["subset"].string_value == "v1"
    assert fields["services"].list_value.values[0].struct_value.fields["host"].string_value == HOST


def test_only_mesh_tls_of_unnamed_protocol_says_what_http_offers():
    def says(protocol, **tls):
        return built(protocol=protocol, **tls).metadata.filter_metadata["istio"].fields["alpn"].string_value

    assert says("downstream", auto_tls=MESH) == says("downstream", tls=MESH) == MESH_HTTP_ALPN
    assert says("http1", auto_tls=MESH) == says("downstream") == ""
    assert says("downstream", tls=UpstreamTls(mode="SIMPLE", sni="a")) == ""


def test_field_numbers_are_those_of_the_api():
    numbers = message("envoy.config.cluster.v3.Cluster").DESCRIPTOR.fields_by_name
    assert numbers["transport_socket"].number == module._TRANSPORT_SOCKET
    assert numbers["transport_socket_matches"].number == module._TRANSPORT_SOCKET_MATCHES
    match = message("envoy.config.cluster.v3.Cluster.TransportSocketMatch").DESCRIPTOR
    assert match.fields_by_name["transport_socket"].number == 3


def test_few_healthy_endpoints_are_no_reason_to_use_the_others():
    found = built()
    assert found.common_lb_config.HasField("healthy_panic_threshold")
    assert found.common_lb_config.healthy_panic_threshold.value == 0


SOME = (
    LocalityEndpoints(
        (
            Endpoint("10.0.0.1", 80, mesh_tls=True),
            Endpoint("10.0.0.2", 80, draining=True, workload="a;b;c;d;e;f;g"),
        )
    ),
    LocalityEndpoints((Endpoint("10.0.0.3", 80),), "region/zone"),
)


@pytest.mark.parametrize("protocol", ["tcp", "http1", "http2", "downstream"])
def test_envoy_takes_every_shape_of_cluster(accepted, protocol, tmp_path):
    build = Builder()
    (tmp_path / "ca.pem").touch()
    simple = UpstreamTls(mode="SIMPLE", sans=("a.b", "spiffe://x/y"))
    pool = ConnectionPool(max_connections=1, max_requests_per_connection=5, idle_timeout_ms=100)
    outliers = OutlierDetection(
        consecutive_5xx=3,
        consecutive_gateway_errors=0,
        consecutive_local_origin_failures=1,
        split_local_origin=True,
        interval_ms=1000,
        base_ejection_ms=1500,
        max_ejection_percent=100,
        min_health_percent=30,
    )
    plans = [
        Upstream(
            name="0",
            discovery="EDS",
            protocol=protocol,
            auto_tls=MESH,
            pool=pool,
            outliers=outliers,
            host=HOST,
        ),
        Upstream(name="1", discovery="STATIC", protocol=protocol, localities=SOME, tls=MESH, balancer="RANDOM"),
        Upstream(name="2", discovery="STATIC", protocol=protocol, balancer="ROUND_ROBIN", localities=SOME),
        Upstream(
            name="3",
            discovery="STRICT_DNS",
            protocol=protocol,
            localities=(LocalityEndpoints((Endpoint("a.b", 443),)),),
            tls=simple,
        ),
        Upstream(
            name="logical",
            discovery="LOGICAL_DNS",
            protocol=protocol,
            localities=(LocalityEndpoints((Endpoint("a.b", 443),)),),
        ),
        Upstream(name="4", discovery="ORIGINAL_DST", protocol=protocol, bind_address="127.0.0.6"),
        Upstream(name="5", discovery="ORIGINAL_DST", protocol=protocol, balancer="PASSTHROUGH"),
        Upstream(name="6", discovery="STATIC", protocol=protocol),
        Upstream(name="7", discovery="STATIC", localities=(LocalityEndpoints((Endpoint("unix:///run/a.sock", 0),)),)),
    ]
    accepted(clusters=[build.cluster(plan) for plan in plans])


def test_the_port_of_an_original_destination_may_be_another():
    found = built("inbound|80||", "ORIGINAL_DST", protocol="http1", port_override=8080)
    assert found.original_dst_lb_config.upstream_port_override.value == 8080


def test_the_application_may_listen_on_a_socket():
    there = (LocalityEndpoints((Endpoint("unix:///run/app", 0),)),)
    found = built("inbound|80||", "STATIC", protocol="http1", localities=there)
    (member,) = found.load_assignment.endpoints[0].lb_endpoints
    assert member.endpoint.address.pipe.path == "/run/app"
