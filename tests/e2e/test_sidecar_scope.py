"""What a proxy sees, and which rule wins, with real sidecars (rows 101, 102, 133, 134, 135; T7, T8)."""

import json
import math
import subprocess
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from mesh import Mesh, eventually

SERVICES = 300


@pytest.fixture(scope="module")
def shop(mesh: Mesh) -> Mesh:
    """web in two versions, two clients, and many services that nobody calls."""
    ports = [{"name": "http", "port": 8081}, {"name": "http-other", "port": 8082}]
    for version in ("v1", "v2"):
        mesh.deploy(f"web-{version}", app="web", labels={"version": version}, ports="8081=http 8082=http", service_ports=ports)  # fmt: skip
    mesh.deploy("client")
    mesh.deploy("tester")
    mesh.apply(networking("DestinationRule", "web", host="web", subsets=[{"name": v, "labels": {"version": v}} for v in ("v1", "v2")]))  # fmt: skip
    return mesh


def networking(kind: str, name: str, **spec: Any) -> dict[str, Any]:
    return {"apiVersion": "networking.istio.io/v1", "kind": kind, "metadata": {"name": name}, "spec": spec}


def rules(*http: dict[str, Any], name: str = "web", **spec: Any) -> dict[str, Any]:
    return networking("VirtualService", name, **{"hosts": ["web"], "http": list(http), **spec})


def to(subset: str, weight: int | None = None) -> dict[str, Any]:
    target: dict[str, Any] = {"destination": {"host": "web", "port": {"number": 8081}, "subset": subset}}
    return target if weight is None else {**target, "weight": weight}


def answers(mesh: Mesh, count: int, *arguments: str, app: str = "client", path: str = "") -> Counter[str]:
    """Which version answered `count` requests of one curl."""
    done = mesh.curl(app, *arguments, "-w", "\n", f"http://web:8081/{path or '[1-' + str(count) + ']'}", seconds=60)
    return Counter(part.split('"')[0] for part in done.stdout.split('"name": "web-')[1:])


def told(mesh: Mesh, name: str) -> dict[str, Any]:
    """The status of a VirtualService, with its conditions by type."""
    status = mesh.get("virtualservice", name)["status"]
    return {**status, **{each["type"]: each for each in status["conditions"]}}


def admin(mesh: Mesh, app: str, path: str) -> str:
    """A page of the administration of the Envoy beside an application."""
    pid = str(mesh.app_pid(mesh.pods(app)[0]))
    command = ["nsenter", "-t", pid, "-n", "curl", "-sS", "-m", "5", f"http://127.0.0.1:15000{path}"]
    return subprocess.run(command, capture_output=True, text=True, timeout=10, check=True).stdout


def clusters(mesh: Mesh, app: str) -> int:
    return int(admin(mesh, app, "/stats?filter=^cluster_manager.active_clusters$").rpartition(":")[2])


def allocated(mesh: Mesh, app: str) -> int:
    return int(json.loads(admin(mesh, app, "/memory"))["allocated"])


def resident(mesh: Mesh, app: str) -> int:
    """Bytes of memory of the Envoy in an application's network."""
    network = Path(f"/proc/{mesh.app_pid(mesh.pods(app)[0])}/ns/net").readlink()
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if (process / "comm").read_text().startswith("envoy") and (process / "ns/net").readlink() == network:
                pages = int((process / "statm").read_text().split()[1])
                return pages * 4096
        except OSError:
            continue
    raise AssertionError(f"no Envoy beside {app}")


def test_row_101_a_canary_by_header_before_weights(shop: Mesh) -> None:
    canary = {"match": [{"headers": {"x-canary": {"exact": "true"}}}], "route": [to("v2")]}
    shop.apply(rules(canary, {"route": [to("v1", 90), to("v2", 10)]}))
    eventually(lambda: answers(shop, 20, "-H", "x-canary: true") == Counter(v2=20), 5)
    seen = answers(shop, 2000)
    assert sum(seen.values()) == 2000 and abs(seen["v2"] - 200) <= 4 * math.sqrt(2000 * 0.1 * 0.9)
    upper = answers(shop, 200, "-H", "x-canary: TRUE")
    assert upper["v1"] > 100, "a value is compared exactly: TRUE is not true"


def test_row_102_timeout_and_retries_are_of_the_route_that_has_them(shop: Mesh) -> None:
    canary = {"match": [{"headers": {"x-canary": {"exact": "true"}}}], "route": [to("v2")]}
    limits = {"timeout": "5s", "retries": {"attempts": 3, "perTryTimeout": "2s", "retryOn": "gateway-error,connect-failure,retriable-4xx"}}  # fmt: skip
    shop.apply(rules(canary, {"route": [to("v1")], **limits}))
    failing = ["http://web:8081/", "-H", "x-answer: 503"]

    def attempts(*more: str) -> tuple[int, str]:
        status, seen = shop.call("client", *failing, *more)
        return status, seen["headers"]["x-envoy-attempt-count"]

    eventually(lambda: attempts() == (503, "4"), 5)
    assert attempts("-H", "x-canary: true") == (503, "1")
    start = time.monotonic()
    slow = ["http://web:8081/", "-H", "x-delay: 6"]
    assert shop.call("client", *slow)[0] == 504
    assert 1.9 < time.monotonic() - start < 5.6
    start = time.monotonic()
    assert shop.call("client", *slow, "-H", "x-canary: true")[0] == 200
    assert time.monotonic() - start >= 6


TESTS: list[tuple[dict[str, Any], list[str], str, str]] = [
    ({"headers": {"x-group": {"exact": "b"}}}, ["-H", "x-group: b"], "client", ""),
    (
        {"headers": {"cookie": {"regex": "^(.*;\\s*)?group=b(;.*)?$"}}},
        ["-H", "cookie: a=1; group=b; c=2"],
        "client",
        "",
    ),
    ({"queryParams": {"group": {"exact": "b"}}}, [], "client", "?a=1&group=b"),
    ({"sourceLabels": {"app": "tester"}}, [], "tester", ""),
]


@pytest.mark.parametrize(("match", "arguments", "app", "path"), TESTS, ids=["header", "cookie", "query", "source"])
def test_row_135_who_is_in_the_test_group_is_told_by(
    shop: Mesh, match: dict[str, Any], arguments: list[str], app: str, path: str
) -> None:
    shop.apply(rules({"match": [match], "route": [to("v2")]}, {"route": [to("v1")]}))
    eventually(lambda: answers(shop, 1, *arguments, app=app, path=path) == Counter(v2=1), 5)
    assert answers(shop, 20) == Counter(v1=20)


def test_row_135_a_percentage_of_all_is_in_the_test_group(shop: Mesh) -> None:
    shop.apply(rules({"route": [to("v1", 75), to("v2", 25)]}))
    eventually(lambda: len(answers(shop, 50)) == 2, 5)
    seen = answers(shop, 2000)
    assert abs(seen["v2"] - 500) <= 4 * math.sqrt(2000 * 0.25 * 0.75)


def test_t7_a_virtual_service_of_the_same_name_takes_the_place_of_the_first(shop: Mesh) -> None:
    shop.apply(rules({"route": [to("v1")]}))
    eventually(lambda: answers(shop, 20) == Counter(v1=20), 5)
    assert "configured" in shop.apply(rules({"route": [to("v2")]}))
    eventually(lambda: answers(shop, 20) == Counter(v2=20), 5)
    assert [each["metadata"]["name"] for each in shop.get("virtualservice")] == ["web"]
    shop.delete(rules({"route": [to("v2")]}))


def test_t8_of_two_for_one_host_sidecars_obey_the_older_and_the_other_is_told(shop: Mesh) -> None:
    older, younger = rules({"route": [to("v1")]}, name="a-normal"), rules({"route": [to("v2")]}, name="b-chaos")
    shop.apply(older)
    eventually(lambda: answers(shop, 20) == Counter(v1=20), 5)
    shop.apply(younger)
    status = eventually(lambda: (found := told(shop, "b-chaos")).get("validationMessages") and found, 15)
    assert [each["type"]["code"] for each in status["validationMessages"]] == ["IST0109"]
    assert 'sidecars obey VirtualService default/a-normal for "web.default' in status["Accepted"]["message"]
    assert "validationMessages" not in told(shop, "a-normal")
    assert answers(shop, 50) == Counter(v1=50)
    shop.delete(older)
    eventually(lambda: answers(shop, 20) == Counter(v2=20), 5)
    eventually(lambda: "validationMessages" not in told(shop, "b-chaos"), 15)
    shop.delete(younger)


def test_t8_gateways_merge_what_two_say_of_one_host(shop: Mesh) -> None:
    port = {"number": 8080, "name": "http", "protocol": "HTTP"}
    selector = {"istio": "ingressgateway"}
    gateway = networking("Gateway", "edge", selector=selector, servers=[{"port": port, "hosts": ["shop.example"]}])
    one, two = (
        rules({"match": [{"uri": {"prefix": path}}], "route": [to(subset)]}, name=name, hosts=["shop.example"], gateways=["edge"])
        for name, path, subset in (("one", "/one", "v1"), ("two", "/two", "v2"))
    )  # fmt: skip
    shop.apply(gateway, one, two)

    def reached(path: str) -> str:
        command = ["curl", "-sS", "-m", "5", "-H", "Host: shop.example", shop.gateway + path]
        return str(
            json.loads(subprocess.run(command, capture_output=True, text=True, timeout=10).stdout or "{}").get("name")
        )

    eventually(lambda: (reached("/one"), reached("/two")) == ("web-v1", "web-v2"), 10)
    shop.delete(gateway, one, two)


def sidecar(app: str = "", **spec: Any) -> dict[str, Any]:
    selector = {"workloadSelector": {"labels": {"app": app}}} if app else {}
    return networking("Sidecar", app or "default", **selector, **spec)


def test_row_133_a_sidecar_takes_what_is_not_imported_out_of_the_proxy(shop: Mesh) -> None:
    spec = {"ports": [{"name": "http", "port": 80}, {"name": "http-b", "port": 8080}], "selector": {"app": "none"}}
    many = [
        {"apiVersion": "v1", "kind": "Service", "metadata": {"name": f"idle-{n}"}, "spec": spec}
        for n in range(SERVICES)
    ]
    shop.apply(*many)
    eventually(lambda: clusters(shop, "client") > 2 * SERVICES and clusters(shop, "tester") > 2 * SERVICES, 30)
    before = clusters(shop, "client"), allocated(shop, "client")
    only = sidecar("client", egress=[{"hosts": ["./web.default.svc.cluster.local"]}])
    shop.apply(only)
    eventually(lambda: clusters(shop, "client") < 40, 20, "clusters to go")
    assert shop.call("client", "http://web:8081/")[0] == 200
    after = clusters(shop, "client"), allocated(shop, "client")
    assert clusters(shop, "tester") > 2 * SERVICES, "another workload's Sidecar is no other's"
    each = (before[1] - after[1]) / SERVICES / 1000
    print(
        f"clusters {before[0]} -> {after[0]}, allocated {before[1] / 1e6:.1f} -> {after[1] / 1e6:.1f} MB, {each:.0f} KB a service"
    )
    assert each > 20
    fresh = {}
    for app in ("client", "tester"):
        old = shop.pod(app)
        shop.kubectl("delete", "pod", old)
        eventually(lambda app=app, old=old: shop.pod(app) != old, 20)
        shop.wait_ready(app)
        eventually(lambda app=app: shop.call(app, "http://web:8081/")[0] == 200, 20)
        fresh[app] = resident(shop, app)
    print(
        f"resident, started anew: {fresh['tester'] / 1e6:.0f} MB without, {fresh['client'] / 1e6:.0f} MB with the Sidecar"
    )
    assert fresh["client"] < fresh["tester"]
    shop.delete(only)
    shop.delete(*many)


def test_row_134_what_is_not_imported_is_not_reached_and_the_rest_is_by_the_outbound_policy(shop: Mesh) -> None:
    mine = sidecar("client", egress=[{"hosts": ["./web.default.svc.cluster.local"]}], outboundTrafficPolicy={"mode": "REGISTRY_ONLY"})  # fmt: skip
    shop.apply(mine)
    eventually(lambda: shop.call("client", "http://tester:8080/")[0] == 0, 10, "the connection to be closed")
    assert shop.call("client", "http://web:8081/", "-H", "Host: tester:8081")[0] == 502
    assert shop.call("client", "http://web:8081/")[0] == 200
    assert shop.call("tester", "http://client:8080/")[0] == 200
    shop.delete(mine)
    eventually(lambda: shop.call("client", "http://tester:8080/")[0] == 200, 10)


def test_row_134_an_egress_listener_is_bound_where_it_says(shop: Mesh) -> None:
    bound = {"port": {"number": 8081, "protocol": "HTTP"}, "bind": "127.0.0.1", "captureMode": "NONE", "hosts": ["./*"]}
    mine = sidecar("client", egress=[bound, {"hosts": ["./*"]}])
    shop.apply(mine)
    eventually(lambda: shop.call("client", "http://127.0.0.1:8081/", "-H", "Host: web")[0] == 200, 10)
    assert shop.call("client", "http://web:8082/")[0] == 200
    shop.delete(mine)


def test_row_134_ingress_leads_to_the_applications_own_endpoint(shop: Mesh) -> None:
    """Port 8081 of web is served by what listens on 8082: at the loopback address, then at the pod's own."""
    for endpoint in ("127.0.0.1:8082", "0.0.0.0:8082"):
        ingress = [{"port": {"number": 8081, "protocol": "HTTP", "name": "http"}, "defaultEndpoint": endpoint}]
        mine = sidecar("web", ingress=ingress, egress=[{"hosts": ["./*"]}])
        shop.apply(mine)

        def port() -> int:
            status, seen = shop.call("client", "http://web:8081/")
            assert status == 200
            return int(seen["port"])

        eventually(lambda: {port() for _ in range(6)} == {8082}, 10, f"{endpoint} to be reached")
        headers = shop.call("client", "http://web:8081/")[1]["headers"]
        assert "x-forwarded-client-cert" in headers, "over mutual TLS as ever"
        shop.delete(mine)
        eventually(lambda: {port() for _ in range(6)} == {8081}, 10)


def test_row_134_the_inbound_pool_limits_what_comes_in(shop: Mesh) -> None:
    pool = {"tcp": {"maxConnections": 1}, "http": {"http1MaxPendingRequests": 1, "maxRequestsPerConnection": 1}}
    mine = sidecar("web", inboundConnectionPool=pool, egress=[{"hosts": ["./*"]}])
    shop.apply(mine)
    flags = ["-s", "-o", "/dev/null", "-w", "%{http_code}\n", "--parallel", "--parallel-immediate", "--parallel-max", "12", "-H", "x-delay: 1"]  # fmt: skip

    def statuses() -> Counter[str]:
        return Counter(shop.curl("client", *flags, "http://web:8081/[1-12]", seconds=30).stdout.split())

    seen = eventually(lambda: (found := statuses())["503"] >= 4 and found, 20, "an overflow")
    assert seen["200"] >= 2
    shop.delete(mine)
    eventually(lambda: statuses() == Counter({"200": 12}), 10)
