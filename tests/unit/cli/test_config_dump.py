"""What Envoy says of itself becomes the rows that people know from istioctl."""

import base64
import datetime
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from lateen.cli.config_dump import ConfigDump, split_name
from lateen.cli.proxy_config import VIEWS

REVIEWS = "reviews.default.svc.cluster.local"
RULE = {
    "filter_metadata": {"istio": {"config": "/apis/networking.istio.io/v1/namespaces/default/destination-rule/web"}}
}
CLUSTERS = {
    "@type": "type.googleapis.com/envoy.admin.v3.ClustersConfigDump",
    "version_info": "7",
    "static_clusters": [{"cluster": {"name": "prometheus_stats", "type": "STATIC"}}],
    "dynamic_active_clusters": [
        {"cluster": {"name": f"outbound|9080||{REVIEWS}", "type": "EDS", "metadata": RULE}},
        {"cluster": {"name": f"outbound|9080|v1|{REVIEWS}", "type": "EDS", "metadata": RULE}},
        {"cluster": {"name": "outbound|80||web.shop.svc.cluster.local", "type": "EDS"}},
        {"cluster": {"name": "inbound|9080||", "type": "ORIGINAL_DST"}},
        {"cluster": {"name": "BlackHoleCluster"}},
    ],
    "dynamic_warming_clusters": [{"cluster": {"name": "outbound|1||warming.example.com", "type": "EDS"}}],
}


def dump(*parts: dict[str, Any]) -> ConfigDump:
    return ConfigDump({"configs": list(parts)}, {})


def manager(**config: Any) -> dict[str, Any]:
    return {"filters": [{"name": "http", "typed_config": config}]}


def listener(port: int, *chains: dict[str, Any], address: str = "0.0.0.0", **more: Any) -> dict[str, Any]:
    place = {"socket_address": {"address": address, "port_value": port}}
    return {"active_state": {"listener": {"name": str(port), "address": place, "filter_chains": list(chains), **more}}}


def listeners(*given: dict[str, Any]) -> ConfigDump:
    kind = "type.googleapis.com/envoy.admin.v3.ListenersConfigDump"
    return dump({"@type": kind, "dynamic_listeners": list(given)})


def routes(*tables: dict[str, Any]) -> ConfigDump:
    kind = "type.googleapis.com/envoy.admin.v3.RoutesConfigDump"
    return dump({"@type": kind, "dynamic_route_configs": [{"route_config": table} for table in tables]})


def table(name: str, *domains: str, **route: Any) -> dict[str, Any]:
    return {"name": name, "virtual_hosts": [{"name": "host", "domains": list(domains), "routes": [route]}]}


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        (f"outbound|9080|v1|{REVIEWS}", ("outbound", "9080", "v1", REVIEWS)),
        ("inbound|9080||", ("inbound", "9080", "", "")),
        ("BlackHoleCluster", ("", "", "", "BlackHoleCluster")),
        ("a|b", ("", "", "", "a|b")),
    ],
)
def test_a_clusters_name_is_direction_port_subset_host_or_just_a_name(name: str, parts: tuple[str, ...]) -> None:
    assert split_name(name) == parts


def test_clusters_are_active_ones_with_their_type_and_rule() -> None:
    assert dump(CLUSTERS).clusters({}) == [
        ("", "9080", "-", "inbound", "ORIGINAL_DST", ""),
        ("BlackHoleCluster", "-", "-", "-", "STATIC", ""),
        ("prometheus_stats", "-", "-", "-", "STATIC", ""),
        (REVIEWS, "9080", "-", "outbound", "EDS", "web.default"),
        (REVIEWS, "9080", "v1", "outbound", "EDS", "web.default"),
        ("web.shop.svc.cluster.local", "80", "-", "outbound", "EDS", ""),
    ]


@pytest.mark.parametrize(
    ("filters", "count"),
    [
        ({"fqdn": "reviews.default"}, 2),
        ({"fqdn": "nothing"}, 0),
        ({"port": 9080}, 3),
        ({"port": 9080, "direction": "inbound"}, 1),
        ({"subset": "v1"}, 1),
        ({"fqdn": "", "port": 0, "subset": "", "direction": ""}, 6),
    ],
)
def test_clusters_are_filtered_by_host_port_subset_and_direction(filters: dict[str, Any], count: int) -> None:
    assert len(dump(CLUSTERS).clusters(filters)) == count


@pytest.mark.parametrize(
    ("match", "text"),
    [
        ({}, "ALL"),
        ({"transport_protocol": "tls", "application_protocols": ["istio", "h2"]}, "Trans: tls; App: istio,h2"),
        ({"server_names": ["a.com", "b.com"]}, "SNI: a.com,b.com"),
        ({"prefix_ranges": [{"address_prefix": "10.0.0.0", "prefix_len": 8}]}, "Addr: 10.0.0.0/8"),
        ({"prefix_ranges": [{"address_prefix": "0.0.0.0"}]}, "Addr: 0.0.0.0/0"),
        ({"destination_port": 15001}, "Addr: *:15001"),
    ],
)
def test_a_filter_chain_says_what_it_matches(match: dict[str, Any], text: str) -> None:
    chain = {"filter_chain_match": match} | manager(cluster="a")
    assert listeners(listener(80, chain)).listeners({}) == [("0.0.0.0", 80, text, "Cluster: a")]


@pytest.mark.parametrize(
    ("config", "text"),
    [
        ({"rds": {"route_config_name": "9080"}}, "Route: 9080"),
        ({"route_config": {"name": "inbound|80||"}}, "Inline Route: inbound|80||"),
        ({"cluster": "PassthroughCluster"}, "Cluster: PassthroughCluster"),
        ({"weighted_clusters": {"clusters": [{"name": "a"}, {"name": "b"}]}}, "Cluster: a,b"),
        ({}, "Non-HTTP/Non-TCP"),
    ],
)
def test_a_filter_chain_says_where_it_leads(config: dict[str, Any], text: str) -> None:
    assert listeners(listener(80, manager(**config))).listeners({})[0][3] == text


def test_listeners_have_a_row_per_chain_the_default_chain_last_by_port() -> None:
    found = listeners(
        listener(15006, manager(cluster="in")),
        listener(80, {"filter_chain_match": {"transport_protocol": "raw_buffer"}} | manager(cluster="a"),
                 default_filter_chain=manager(cluster="b")),
        {"name": "no state yet"},
    )  # fmt: skip
    assert [row[1:] for row in found.listeners({})] == [
        (80, "Trans: raw_buffer", "Cluster: a"),
        (80, "ALL", "Cluster: b"),
        (15006, "ALL", "Cluster: in"),
    ]
    assert len(found.listeners({"port": 15006})) == 1


@pytest.mark.parametrize(
    ("match", "text"),
    [
        ({"prefix": "/get"}, "/get*"),
        ({"path_separated_prefix": "/get"}, "PathPrefix:/get"),
        ({"path": "/exact"}, "/exact"),
        ({"safe_regex": {"regex": "/a.*"}}, "/a.*"),
        ({}, "*"),
    ],
)
def test_a_route_says_which_paths_it_takes(match: dict[str, Any], text: str) -> None:
    assert routes(table("80", "*", match=match)).routes({})[0][3] == text


def test_routes_name_their_virtual_service_and_shorten_long_lists_of_domains() -> None:
    config = "/apis/networking.istio.io/v1/namespaces/shop/virtual-service/web"
    route = {"match": {"prefix": "/"}, "metadata": {"filter_metadata": {"istio": {"config": config}}}}
    found = routes(table("80", "a", "b", "c", "d", **route))
    assert found.routes({}) == [("80", "host", "a, b + 2 more...", "/*", "web.shop")]


def test_routes_are_sorted_by_table_those_without_a_name_last_and_filtered_by_name() -> None:
    found = routes(table("", "*"), table("9080", "*"), table("80", "*"))
    assert [row[0] for row in found.routes({})] == ["80", "9080", ""]
    assert [row[0] for row in found.routes({"name": "80"})] == ["80"]


def test_a_virtual_host_without_routes_has_a_row() -> None:
    found = routes({"name": "80", "virtual_hosts": [{"name": "empty", "domains": ["*"]}]})
    assert found.routes({}) == [("80", "empty", "*", "*", "")]


def test_endpoints_are_as_the_proxy_judges_them() -> None:
    def host(port: int, **health: Any) -> dict[str, Any]:
        return {"address": {"socket_address": {"address": "10.0.0.1", "port_value": port}}, "health_status": health}

    web = f"outbound|80||{REVIEWS}"
    found = ConfigDump({"configs": []}, {
        "cluster_statuses": [
            {"name": web, "host_statuses": [
                host(80, eds_health_status="HEALTHY"),
                host(81, eds_health_status="DRAINING"),
                host(82, eds_health_status="HEALTHY", failed_outlier_check=True),
            ]},
            {"name": "xds-grpc", "host_statuses": [{"address": {"pipe": {"path": "/run/xds"}}}]},
            {"name": "empty"},
        ]
    })  # fmt: skip
    assert found.endpoints({}) == [
        ("10.0.0.1:80", "HEALTHY", "OK", web),
        ("10.0.0.1:81", "DRAINING", "OK", web),
        ("10.0.0.1:82", "HEALTHY", "FAILED", web),
        ("unix:///run/xds", "HEALTHY", "OK", "xds-grpc"),
    ]
    assert [row[0] for row in found.endpoints({"port": 81})] == ["10.0.0.1:81"]
    assert [row[3] for row in found.endpoints({"cluster": "xds-grpc"})] == ["xds-grpc"]


def certificate(days: int) -> str:
    """A certificate that ends in so many days, as a dump holds it."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=30))
        .not_valid_after(now + datetime.timedelta(days=days))
        .sign(key, hashes.SHA256())
    )
    return base64.b64encode(made.public_bytes(serialization.Encoding.PEM)).decode()


def test_secrets_show_certificates_and_never_keys() -> None:
    key = base64.b64encode(b"hunter2").decode()
    own = {"certificate_chain": {"inline_bytes": certificate(1)}, "private_key": {"inline_bytes": key}}
    found = dump({
        "@type": "type.googleapis.com/envoy.admin.v3.SecretsConfigDump",
        "dynamic_active_secrets": [
            {"name": "default", "secret": {"tls_certificate": own}},
            {"name": "ROOTCA", "secret": {"validation_context": {"trusted_ca": {"inline_bytes": certificate(-1)}}}},
        ],
        "dynamic_warming_secrets": [{"name": "kubernetes://web"}],
    }).secrets({})  # fmt: skip
    assert [row[:4] for row in found] == [
        ("default", "Cert Chain", "ACTIVE", "true"),
        ("ROOTCA", "CA", "ACTIVE", "false"),
        ("kubernetes://web", "-", "WARMING", "false"),
    ]
    assert key not in str(found) and "hunter2" not in str(found)


def test_raw_gives_the_named_part_or_everything() -> None:
    found = dump(CLUSTERS)
    assert found.raw("cluster") is CLUSTERS
    assert found.raw("all") == {"configs": [CLUSTERS]}
    assert found.raw("bootstrap") == {}


def test_every_row_is_as_wide_as_its_tables_header() -> None:
    hosts = {"cluster_statuses": [{"name": "a", "host_statuses": [{"address": {"pipe": {"path": "/x"}}}]}]}
    parts = [CLUSTERS]
    for made in (listeners(listener(80, manager(cluster="a"))), routes(table("80", "*"))):
        parts += made.raw("all")["configs"]
    parts.append({"@type": "envoy.admin.v3.SecretsConfigDump", "dynamic_active_secrets": [{"name": "default"}]})
    whole = ConfigDump({"configs": parts}, hosts)
    for header, rows in VIEWS.values():
        found = rows(whole, {})
        assert found
        assert all(len(row) == len(header) for row in found)
