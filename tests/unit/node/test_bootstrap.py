"""Envoy accepts its bootstrap without a warning, and finds in it what Istio's tools look for."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from lateen.node.bootstrap import bootstrap
from lateen.node.proxy_facts import ControlPlane, Locality, ProxyFacts, StatsInclusion
from lateen.proto.descriptors import envoy_binary

BARE = ProxyFacts(pod="sleep", namespace="default", ip="10.244.0.9", sds_socket="/run/sds.sock")
FULL = ProxyFacts(
    pod="reviews-v2-5d8f-x",
    namespace="default",
    ip="10.244.0.5",
    sds_socket="/run/sds.sock",
    service_account="bookinfo-reviews",
    labels={"app": "reviews", "version": "v2"},
    annotations={"sidecar.istio.io/inject": "true"},
    workload_name="reviews-v2",
    owner="kubernetes://apis/apps/v1/namespaces/default/deployments/reviews-v2",
    node_name="here",
    app_containers=("reviews", "helper"),
    locality=Locality("region", "zone", "rack"),
    network="n1",
    istio_version="1.30.0",
    proxy_config={"concurrency": 2, "discoveryAddress": "istiod.istio-system.svc:15012"},
    stats=StatsInclusion(("cluster.outbound",), ("upstream_rq_pending",), (r"listener\..*",)),
)
GATEWAY = ProxyFacts(
    kind="router",
    pod="istio-ingressgateway-x",
    namespace="istio-system",
    ip="10.244.0.6",
    sds_socket="/run/sds.sock",
    control_plane=ControlPlane("10.244.0.1", 15012),
)


def cluster(facts: ProxyFacts, name: str) -> dict[str, Any]:
    clusters: list[dict[str, Any]] = bootstrap(facts)["static_resources"]["clusters"]
    return next(cluster for cluster in clusters if cluster["name"] == name)


@pytest.mark.parametrize("facts", [BARE, FULL, GATEWAY], ids=["bare", "full", "gateway"])
def test_envoy_accepts_it_without_a_warning(facts: ProxyFacts, tmp_path: Path) -> None:
    path = tmp_path / "bootstrap.json"
    path.write_text(json.dumps(bootstrap(facts)))
    command = [envoy_binary(), "--mode", "validate", "-c", path, "-l", "warn"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "[warning]" not in done.stderr and "Deprecated" not in done.stderr


def test_node_is_told_as_istio_tells_it() -> None:
    node = bootstrap(FULL)["node"]
    assert node["id"] == "sidecar~10.244.0.5~reviews-v2-5d8f-x.default~default.svc.cluster.local"
    assert node["cluster"] == "reviews.default"
    assert node["locality"] == {"region": "region", "zone": "zone", "sub_zone": "rack"}
    metadata = node["metadata"]
    assert metadata["LABELS"] == {"app": "reviews", "version": "v2"}
    assert metadata["APP_CONTAINERS"] == "reviews,helper"
    assert metadata["NAME"] == "reviews-v2-5d8f-x" and metadata["WORKLOAD_NAME"] == "reviews-v2"
    assert metadata["CLUSTER_ID"] == "Kubernetes" and metadata["PROXY_CONFIG"]["concurrency"] == 2


def test_absent_facts_are_left_out() -> None:
    metadata = bootstrap(BARE)["node"]["metadata"]
    assert (metadata["DNS_CAPTURE"], metadata["DNS_AUTO_ALLOCATE"]) == ("true", "true")
    assert not {"OWNER", "NETWORK", "ANNOTATIONS", "WORKLOAD_NAME"} & set(metadata)


def test_control_plane_is_reached_by_name_or_address() -> None:
    assert cluster(BARE, "xds-grpc")["type"] == "STRICT_DNS"
    assert cluster(GATEWAY, "xds-grpc")["type"] == "STATIC"


def test_control_plane_must_prove_its_name_and_sees_our_certificate() -> None:
    tls = cluster(GATEWAY, "xds-grpc")["transport_socket"]["typed_config"]
    common = tls["common_tls_context"]
    names = common["combined_validation_context"]["default_validation_context"]["match_typed_subject_alt_names"]
    assert tls["sni"] == "istiod.istio-system.svc"
    assert names == [{"san_type": "DNS", "matcher": {"exact": "istiod.istio-system.svc"}}]
    assert common["tls_certificate_sds_secret_configs"][0]["name"] == "default"


def test_node_is_sent_once_per_stream() -> None:
    text = json.dumps(bootstrap(BARE))
    assert text.count('"DELTA_GRPC"') == text.count('"set_node_on_first_message_only": true') == 3


def test_administration_is_for_the_pod_only() -> None:
    assert bootstrap(BARE)["admin"]["address"]["socket_address"] == {
        "address": "127.0.0.1",
        "port_value": 15000,
    }
