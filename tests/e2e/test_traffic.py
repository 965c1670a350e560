"""Routing through real sidecars: weights, matches, subsets, protocols (rows 9, 46, 56 and the data path)."""

import math
from collections import Counter
from typing import Any

import pytest
from mesh import Mesh, eventually


@pytest.fixture(scope="module")
def versions(mesh: Mesh) -> Mesh:
    """payments-api in two versions, and a client."""
    ports = "8080=http 9000=tcp 3306=server-first 7070=http"
    named = [{"name": "http", "port": 8080}, {"name": "tcp-raw", "port": 9000}, {"name": "mysql", "port": 3306}, {"name": "unnamed", "port": 7070},
             {"name": "grpc-fake", "port": 7071, "targetPort": 8080}]  # fmt: skip
    for version in ("v1", "v2"):
        mesh.deploy(
            f"payments-api-{version}", app="payments-api", labels={"version": version}, ports=ports, service_ports=named
        )
    mesh.deploy("client")
    mesh.deploy("outsider", inject=False)
    mesh.apply({"apiVersion": "networking.istio.io/v1", "kind": "DestinationRule", "metadata": {"name": "payments-api"},
                "spec": {"host": "payments-api", "subsets": [{"name": v, "labels": {"version": v}} for v in ("v1", "v2")]}})  # fmt: skip
    return mesh


def virtual_service(*http: dict[str, Any]) -> dict[str, Any]:
    return {"apiVersion": "networking.istio.io/v1", "kind": "VirtualService", "metadata": {"name": "payments-api"},
            "spec": {"hosts": ["payments-api"], "http": list(http)}}  # fmt: skip


def to(subset: str, weight: int | None = None) -> dict[str, Any]:
    target: dict[str, Any] = {"destination": {"host": "payments-api", "subset": subset}}
    return target if weight is None else {**target, "weight": weight}


def names(mesh: Mesh, count: int, *arguments: str) -> Counter[str]:
    """Who answered `count` requests of one curl over one connection."""
    urls = f"http://payments-api:8080/[1-{count}]"
    done = mesh.curl("client", *arguments, "-w", "\n", urls, seconds=60)
    return Counter(part.split('"')[0] for part in done.stdout.split('"name": "')[1:])


def test_row_56_weights_90_to_10_hold_within_4_sigma(versions: Mesh) -> None:
    versions.apply(virtual_service({"route": [to("v1", 90), to("v2", 10)]}))
    eventually(lambda: names(versions, 20)["payments-api-v1"] >= 12, 5)
    seen = names(versions, 5000)
    assert sum(seen.values()) == 5000
    assert abs(seen["payments-api-v2"] - 500) <= 4 * math.sqrt(5000 * 0.1 * 0.9)


def test_a_header_match_before_the_rest(versions: Mesh) -> None:
    match = {"headers": {"x-canary": {"exact": "true"}}}
    versions.apply(virtual_service({"match": [match], "route": [to("v2")]}, {"route": [to("v1")]}))
    eventually(lambda: set(names(versions, 10)) == {"payments-api-v1"}, 5)
    assert set(names(versions, 10, "-H", "x-canary: true")) == {"payments-api-v2"}
    assert set(names(versions, 10, "-H", "x-canary: TRUE")) == {"payments-api-v1"}
    versions.delete(virtual_service({"route": [to("v1")]}))


def test_short_and_long_names_and_the_address_reach_the_service(versions: Mesh) -> None:
    address = versions.get("service", "payments-api")["spec"]["clusterIP"]
    for host in (
        "payments-api",
        "payments-api.default",
        "payments-api.default.svc",
        "payments-api.default.svc.cluster.local",
        address,
    ):
        assert versions.call("client", f"http://{host}:8080/")[0] == 200, host


def test_tcp_and_server_first_ports_pass_bytes(versions: Mesh) -> None:
    raw = "import socket; s=socket.create_connection(('payments-api',9000),3); s.sendall(b'hi\\n'); print(s.makefile().readline())"
    assert "payments-api-v" in versions.inside(versions.pods("client")[0], "/usr/bin/python3", "-c", raw).stdout
    first = "import socket; s=socket.create_connection(('payments-api',3306),3); print(s.makefile().readline())"
    assert (
        "hello from payments-api-v"
        in versions.inside(versions.pods("client")[0], "/usr/bin/python3", "-c", first).stdout
    )


def test_a_port_without_protocol_name_is_sniffed(versions: Mesh) -> None:
    status, seen = versions.call("client", "http://payments-api:7070/")
    assert status == 200
    assert "x-forwarded-client-cert" in seen["headers"], "sniffed as HTTP on both sides, over mutual TLS"


def test_http2_with_prior_knowledge_is_served(versions: Mesh) -> None:
    assert versions.call("client", "http://payments-api:8080/", "--http2-prior-knowledge")[0] == 200


def test_a_pod_outside_the_mesh_reaches_cluster_addresses(versions: Mesh) -> None:
    assert versions.call("outsider", "http://payments-api:8080/")[0] == 200


def test_a_pod_reaches_itself_through_its_own_service(versions: Mesh) -> None:
    for _ in range(6):
        assert versions.call("payments-api", "http://payments-api:8080/")[0] == 200


def test_an_unknown_host_passes_through_by_default(versions: Mesh) -> None:
    pod = versions.pods("outsider")[0]["status"]["podIP"]
    status, seen = versions.call("client", f"http://{pod}:8080/")
    assert (status, seen["name"]) == (200, "outsider")
