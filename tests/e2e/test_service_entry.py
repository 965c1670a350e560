"""ServiceEntries for TCP by address: what is let out, and what is not (rows 15 to 19, 23, 24)."""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from mesh import ROOT, Mesh, eventually

HOSTS = {"one": "203.0.113.21", "two": "203.0.113.22", "far": "203.0.113.130"}


@pytest.fixture(scope="module")
def outside(mesh: Mesh) -> Iterator[Mesh]:
    """Three TCP servers outside the mesh, a client in it, nothing unregistered let out."""
    servers = []
    for name, ip in HOSTS.items():
        mesh.lateen("internal", "add-host", name, ip)
        netns = Path(f"/run/netns/lateen-{mesh.name}-{name}")
        environment = {"PORTS": "3306=server-first 8080=http", "NAME": name, "PATH": "/usr/bin:/bin"}
        servers.append(
            subprocess.Popen(
                ["nsenter", f"--net={netns}", "/usr/bin/python3", ROOT / "tests/e2e/apps/echo.py"], env=environment
            )
        )
    try:
        mesh.deploy("client")
        config = {"outboundTrafficPolicy": {"mode": "REGISTRY_ONLY"}, "accessLogFile": "/dev/stdout",
                  "defaultConfig": {"discoveryAddress": "istiod.istio-system.svc:15012"}}  # fmt: skip
        mesh.apply({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "istio", "namespace": "istio-system"},
                    "data": {"mesh": json.dumps(config)}})  # fmt: skip
        eventually(lambda: greeting(mesh, HOSTS["one"]) == "", 5, "blocked")
        yield mesh
    finally:
        for server in servers:
            server.terminate()
            server.wait()


def entry(name: str, addresses: list[str], protocol: str = "tcp", **more: Any) -> dict[str, Any]:
    spec = {"hosts": [f"{name}.example.com"], "addresses": addresses, "location": "MESH_EXTERNAL",
            "ports": [{"name": "tcp", "number": 3306, "protocol": protocol}], **more}  # fmt: skip
    return {"apiVersion": "networking.istio.io/v1", "kind": "ServiceEntry", "metadata": {"name": name}, "spec": spec}


def greeting(mesh: Mesh, ip: str, port: int = 3306, client: str = "client") -> str:
    """What a server that speaks first says to a client pod; "" when the connection is refused or closed."""
    program = (
        "import socket,sys\n"
        f"try: print(socket.create_connection(('{ip}', {port}), 3).makefile().readline(), end='')\n"
        "except OSError: pass"
    )
    return mesh.inside(mesh.pods(client)[0], "/usr/bin/python3", "-c", program).stdout.strip()


def test_row_15_lower_case_protocol_is_tcp_and_the_object_round_trips(outside: Mesh) -> None:
    wanted = entry("rt", ["203.0.113.21/32"])
    outside.apply(wanted)
    eventually(lambda: greeting(outside, HOSTS["one"]) == "hello from one", 3)
    assert outside.get("serviceentry", "rt")["spec"] == wanted["spec"]
    outside.delete(wanted)
    eventually(lambda: greeting(outside, HOSTS["one"]) == "", 3)


def test_row_16_without_resolution_the_cluster_is_original_dst_for_that_address_only(outside: Mesh) -> None:
    wanted = entry("none", ["203.0.113.21/32"])
    outside.apply(wanted)
    eventually(lambda: greeting(outside, HOSTS["one"]) == "hello from one", 3)
    clusters = outside.lateen(
        "proxy-config", "cluster", "deploy/client", "--fqdn", "none.example.com"
    ).stdout.splitlines()
    assert clusters[1].split()[4] == "ORIGINAL_DST"
    assert greeting(outside, HOSTS["two"]) == ""
    outside.delete(wanted)


def test_row_17_a_wider_block_lets_out_what_is_inside_and_nothing_else(outside: Mesh) -> None:
    wanted = entry("block", ["203.0.113.0/25"])
    outside.apply(wanted)
    eventually(lambda: greeting(outside, HOSTS["one"]) == "hello from one", 3)
    assert greeting(outside, HOSTS["two"]) == "hello from two"
    assert greeting(outside, HOSTS["far"]) == ""
    outside.delete(wanted)


def test_row_18_each_of_several_addresses_is_reachable_on_its_port_only(outside: Mesh) -> None:
    wanted = entry("several", ["203.0.113.21", "203.0.113.130/32"])
    outside.apply(wanted)
    eventually(lambda: greeting(outside, HOSTS["one"]) == "hello from one", 3)
    assert greeting(outside, HOSTS["far"]) == "hello from far"
    assert greeting(outside, HOSTS["two"]) == ""
    status, _ = outside.call("client", f"http://{HOSTS['one']}:8080/")
    assert status in (0, 502)
    outside.delete(wanted)


def test_row_19_an_address_without_mask_is_one_host_and_a_malformed_one_is_refused(outside: Mesh) -> None:
    wanted = entry("plain", ["203.0.113.22"])
    outside.apply(wanted)
    eventually(lambda: greeting(outside, HOSTS["two"]) == "hello from two", 3)
    refused = outside.lateen("apply", "-f", "-", stdin=json.dumps(entry("bad", ["203.0.113.300/24"])), check=False)
    assert refused.returncode == 1
    assert "spec.addresses[0]" in refused.stderr
    outside.delete(wanted)


@pytest.mark.parametrize(
    ("annotation", "value"),
    [
        ("includeOutboundIPRanges", "10.0.0.0/8"),
        ("excludeOutboundIPRanges", "203.0.113.0/24"),
        ("excludeOutboundPorts", "3306"),
    ],
)
def test_row_24_an_annotation_lets_a_call_pass_the_proxy_by(outside: Mesh, annotation: str, value: str) -> None:
    assert greeting(outside, HOSTS["one"]) == "", "blocked for a client without the annotation"
    name = annotation.lower()
    outside.deploy(name, annotations={f"traffic.sidecar.istio.io/{annotation}": value})
    assert greeting(outside, HOSTS["one"], client=name) == "hello from one"
    if annotation != "excludeOutboundPorts":
        return
    assert outside.call(name, f"http://{HOSTS['one']}:8080/")[0] == 502, "other ports still go through the proxy"
    log = eventually(lambda: _logged(outside, name, f"{HOSTS['one']}:8080"), 15, "the proxy's log")
    assert ":3306" not in log


def _logged(mesh: Mesh, app: str, text: str) -> str:
    log = mesh.lateen("logs", mesh.pod(app), "-c", "istio-proxy").stdout
    return log if text in log else ""


def test_row_11_unregistered_http_is_answered_502(outside: Mesh) -> None:
    outside.apply({**entry("web", []), "spec": {"hosts": ["web.example.com"], "ports": [{"name": "http", "number": 8080, "protocol": "HTTP"}],
                   "resolution": "STATIC", "endpoints": [{"address": HOSTS["two"]}]}})  # fmt: skip
    assert eventually(lambda: outside.call("client", f"http://{HOSTS['one']}:8080/")[0] == 502, 5)
    status, seen = outside.call("client", f"http://{HOSTS['one']}:8080/", "-H", "host: web.example.com")
    assert (status, seen["name"]) == (200, "two")


def test_dns_resolution_looks_the_endpoints_up(outside: Mesh) -> None:
    wanted = entry("named", ["240.240.0.9"], resolution="DNS", endpoints=[{"address": HOSTS["far"]}])
    outside.apply(wanted)
    eventually(lambda: greeting(outside, "240.240.0.9") == "hello from far", 4)
    outside.delete(wanted)
