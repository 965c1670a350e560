"""What a destination rule does to traffic: pools, outliers, balancers, subsets (rows 57 to 62, 98 to 100)."""

import json
import math
import time
from collections import Counter
from typing import Any

import pytest
from mesh import Mesh, eventually

VERSIONS = ("a", "b", "c", "d")
PORTS = [{"name": "http", "port": 8080}, {"name": "tcp", "port": 9000}]
OUTLIERS = {"consecutiveGatewayErrors": 5, "interval": "10s", "baseEjectionTime": "30s", "maxEjectionPercent": 100}
RULES: dict[str, dict[str, Any]] = {
    "connections": {"connectionPool": {"tcp": {"maxConnections": 100}}},
    "pending": {"connectionPool": {"tcp": {"maxConnections": 1}, "http": {"http1MaxPendingRequests": 50}}},
    "requests": {"connectionPool": {"http": {"http2MaxRequests": 100}}},
    "gateway-errors": {"outlierDetection": OUTLIERS},
    "plain-errors": {"outlierDetection": {**OUTLIERS, "consecutive5xxErrors": 0}},
    "default-errors": {"outlierDetection": {"interval": "10s", "maxEjectionPercent": 100}},
    "half": {"outlierDetection": {**OUTLIERS, "maxEjectionPercent": 50}},
    "five": {"outlierDetection": {"consecutive5xxErrors": 5, "interval": "30s", "maxEjectionPercent": 100}},
    "rounds": {"loadBalancer": {"simple": "ROUND_ROBIN"}},
    "dice": {"loadBalancer": {"simple": "RANDOM"}},
}


@pytest.fixture(scope="module")
def rules(mesh: Mesh) -> Mesh:
    """Four servers behind a service for each rule, and a client that keeps its clusters' statistics."""
    for version in VERSIONS:
        mesh.deploy(f"four-{version}", app="four", labels={"version": version}, inject=False, ports="8080=http 9000=tcp", service_ports=PORTS)  # fmt: skip
    # One worker: each may open one connection of its own, whatever the limit.
    annotations = {
        "sidecar.istio.io/statsInclusionPrefixes": "cluster.outbound",
        "proxy.istio.io/config": "concurrency: 1",
    }
    mesh.deploy("client", annotations=annotations)
    config = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "istio", "namespace": "istio-system"},
              "data": {"mesh": json.dumps({"accessLogFile": "/dev/stdout"})}}  # fmt: skip
    mesh.apply(
        config, *(each for name, policy in RULES.items() for each in (service(name), rule(name, trafficPolicy=policy)))
    )
    return mesh


def service(name: str) -> dict[str, Any]:
    # Each endpoint gets one connection, whatever the limit: what is counted exactly has a single one.
    selector = {"app": "four", **({"version": "a"} if name == "pending" else {})}
    return {"apiVersion": "v1", "kind": "Service", "metadata": {"name": name}, "spec": {"selector": selector, "ports": PORTS}}  # fmt: skip


def rule(name: str, **spec: Any) -> dict[str, Any]:
    return {"apiVersion": "networking.istio.io/v1", "kind": "DestinationRule", "metadata": {"name": name}, "spec": {"host": name, **spec}}  # fmt: skip


def count(mesh: Mesh, cluster: str, statistic: str) -> int:
    """A statistic of the client's cluster."""
    found = mesh.curl("client", f"http://127.0.0.1:15000/stats?filter={cluster}.*{statistic}$").stdout
    return sum(int(line.rpartition(" ")[2]) for line in found.splitlines())


def cluster(name: str, port: int = 8080) -> str:
    return f"{port}..{name}.default"


def calls(mesh: Mesh, name: str, number: int, *arguments: str) -> tuple[Counter[str], Counter[str]]:
    """The statuses of a number of calls, one after the other, and who answered."""
    done = mesh.curl("client", *arguments, "-w", "\n%{http_code}\n", f"http://{name}:8080/[1-{number}]", seconds=60)
    statuses = Counter(line for line in done.stdout.splitlines() if line.isdigit())
    return statuses, Counter(part.split('"')[0] for part in done.stdout.split('"name": "four-')[1:])


def settled(mesh: Mesh, name: str) -> None:
    """Wait until a service is reached."""
    eventually(lambda: calls(mesh, name, 1)[0]["200"] == 1, 10, f"{name} to be reached")


def inside(mesh: Mesh, program: str, *arguments: str) -> Any:
    """Run a program in the client's pod; returns the JSON that it prints."""
    done = mesh.inside(mesh.pods("client")[0], "/usr/bin/python3", "-c", program, *arguments, seconds=60)
    assert done.stdout, done.stderr
    return json.loads(done.stdout)


def flagged(mesh: Mesh, name: str, flags: str) -> bool:
    """Whether a request to a service is in the client's access log as 503 with these response flags."""
    log = mesh.lateen("logs", mesh.pod("client"), "-c", "istio-proxy").stdout
    return any(f'" 503 {flags} ' in line and f'"{name}:8080"' in line for line in log.splitlines())


CONNECT = """
import json, socket, sys
good, kept = 0, []
for number in range(int(sys.argv[2])):
    one = socket.create_connection((sys.argv[1], 9000), 5)
    one.settimeout(5)
    kept.append(one)
    try:
        one.sendall(b"hi\\n")
        good += b"four" in one.recv(100)
    except OSError:
        pass
print(json.dumps(good))
"""

# Requests that are all under way at once: those before the last `late` are, before the others are sent.
BURST = """
import http.client, json, sys, urllib.request
host, early, late, hold = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
def active():
    url = f"http://127.0.0.1:15000/stats?filter=8080..{host}.default.*upstream_rq_active$"
    return int(urllib.request.urlopen(url).read().split()[-1])
open_ = [http.client.HTTPConnection(host, 8080, timeout=20) for _ in range(early + late)]
for one in open_[:early]:
    one.request("GET", "/", headers={"x-hold": hold})
while active() < early:
    pass
for one in open_[early:]:
    one.request("GET", "/")
answers = [one.getresponse() for one in open_]
print(json.dumps([[one.status, one.read().decode()] for one in answers]))
"""


def test_row_57_the_connection_beyond_the_limit_is_not_opened(rules: Mesh) -> None:
    settled(rules, "connections")
    assert inside(rules, CONNECT, "connections", "101") == 100
    assert count(rules, cluster("connections", 9000), "upstream_cx_overflow") >= 1


def test_row_58_the_request_beyond_the_pending_ones_is_answered_503(rules: Mesh) -> None:
    settled(rules, "pending")
    answers = inside(rules, BURST, "pending", "1", "51", "1.5")
    assert Counter(status for status, _ in answers) == {200: 51, 503: 1}
    assert "reset reason: overflow" in next(body for status, body in answers if status == 503)
    assert count(rules, cluster("pending"), "upstream_rq_pending_overflow") == 1
    eventually(lambda: flagged(rules, "pending", "UO"), 15, "the flag in the log")


def test_row_59_the_request_beyond_those_at_once_is_answered_503(rules: Mesh) -> None:
    settled(rules, "requests")
    answers = inside(rules, BURST, "requests", "100", "1", "3")
    assert [status for status, _ in answers] == [200] * 100 + [503]
    assert "reset reason: overflow" in answers[-1][1]
    eventually(lambda: flagged(rules, "requests", "UO"), 15, "the flag in the log")


EJECTED: dict[str, float] = {}


def failing(status: int, server: str = "four-a") -> tuple[str, ...]:
    return ("-H", f"x-answer: {status}", *(("-H", f"x-answer-of: {server}") if server else ()))


def test_row_60_five_gateway_errors_in_a_row_eject_an_endpoint(rules: Mesh) -> None:
    settled(rules, "gateway-errors")
    statuses, _ = calls(rules, "gateway-errors", 80, *failing(503))
    EJECTED["gateway-errors"] = time.monotonic()
    assert statuses == {"503": 5, "200": 75}
    assert count(rules, cluster("gateway-errors"), "ejections_active") == 1
    assert calls(rules, "gateway-errors", 40)[1]["a"] == 0


def test_row_61_other_errors_count_by_the_default_counter_only(rules: Mesh) -> None:
    settled(rules, "plain-errors")
    assert calls(rules, "plain-errors", 80, *failing(500))[0]["500"] > 5
    assert count(rules, cluster("plain-errors"), "ejections_enforced_total") == 0
    settled(rules, "default-errors")
    assert calls(rules, "default-errors", 80, *failing(500))[0] == {"500": 5, "200": 75}
    assert count(rules, cluster("default-errors"), "ejections_enforced_consecutive_5xx") == 1
    assert fired(rules, "plain-errors") == {
        "consecutive5xxErrors": ("off", "0"),
        "consecutiveGatewayErrors": ("5", "0"),
    }
    assert fired(rules, "default-errors") == {
        "consecutive5xxErrors": ("5", "1"),
        "consecutiveGatewayErrors": ("off", "0"),
    }


def fired(mesh: Mesh, name: str) -> dict[str, tuple[str, str]]:
    """What `lateen explain` says of each counter: how many errors eject, and how often they did."""
    said = mesh.lateen("explain", "host", name, "--from", "deploy/client", "--port", "8080").stdout
    assert f"1. default (the client's own namespace, the service's)\n     ✔ default/{name}: " in said
    rows = (line.replace(" (default)", "").split() for line in said.splitlines() if line.startswith("outbound|8080||"))
    return {field: (errors, ejections) for _, field, errors, ejections, *_ in rows}


def test_row_61_which_counter_fired_is_told_by_a_proxy_as_it_comes(rules: Mesh) -> None:
    """Without any inclusion of statistics."""
    rules.deploy("plain-client")
    eventually(lambda: rules.curl("plain-client", "http://default-errors:8080/").stdout, 10)
    rules.curl("plain-client", *failing(500), "http://default-errors:8080/[1-80]", seconds=60)
    said = json.loads(
        rules.lateen("explain", "host", "default-errors", "--from", "deploy/plain-client", "-o", "json").stdout
    )
    counters = next(one["counters"] for one in said["upstreams"] if "|8080|" in one["name"])
    assert {one["field"]: one["ejections"] for one in counters} == {
        "consecutive5xxErrors": 1,
        "consecutiveGatewayErrors": 0,
    }


def test_row_62_no_more_endpoints_are_ejected_than_may_be(rules: Mesh) -> None:
    settled(rules, "half")
    assert calls(rules, "half", 80, *failing(502, ""))[0] == {"502": 80}
    assert count(rules, cluster("half"), "ejections_active") == 2
    # Envoy tells its workers of endpoints' health once in a second (update_merge_window).
    eventually(lambda: len(calls(rules, "half", 40)[1]) == 2, 3, "calls to go to the other two")


def test_row_99_the_fifth_server_error_ejects(rules: Mesh) -> None:
    settled(rules, "five")
    assert calls(rules, "five", 80, *failing(500))[0] == {"500": 5, "200": 75}
    assert count(rules, cluster("five"), "ejections_enforced_consecutive_5xx") == 1


def test_row_98_round_robin_is_even_and_random_is_random(rules: Mesh) -> None:
    settled(rules, "rounds")
    assert set(calls(rules, "rounds", 400)[1].values()) == {100}
    settled(rules, "dice")
    _, servers = calls(rules, "dice", 1200)
    assert sum(servers.values()) == 1200 and len(set(servers.values())) > 1
    for number in servers.values():
        assert abs(number - 300) <= 4 * math.sqrt(1200 * 0.25 * 0.75)


def test_row_98_the_old_name_of_least_request_is_taken_with_a_warning(rules: Mesh) -> None:
    said = rule("dice", trafficPolicy={"loadBalancer": {"simple": "LEAST_CONN"}})
    done = rules.lateen("apply", "-f", "-", stdin=json.dumps(said))
    assert "LEAST_CONN is deprecated" in done.stdout + done.stderr
    eventually(lambda: policy(rules, "dice") == "LEAST_REQUEST", 5)


def policy(mesh: Mesh, name: str) -> str:
    found = mesh.curl("client", "http://127.0.0.1:15000/config_dump?resource=dynamic_active_clusters").stdout
    clusters = [each["cluster"] for each in json.loads(found)["configs"]]
    own = next(each for each in clusters if each["name"] == f"outbound|8080||{name}.default.svc.cluster.local")
    return str(own.get("lb_policy", "ROUND_ROBIN"))


def test_row_100_subsets_part_the_endpoints_by_version(rules: Mesh) -> None:
    subsets = [{"name": version, "labels": {"version": version}} for version in ("a", "b")]
    routes = [
        {"match": [{"headers": {"x-version": {"exact": version}}}], "route": [{"destination": {"host": "parted", "subset": version}}]}
        for version in ("a", "b", "none")
    ]  # fmt: skip
    subsets.append({"name": "none", "labels": {"version": "z"}})
    virtual = {"apiVersion": "networking.istio.io/v1", "kind": "VirtualService", "metadata": {"name": "parted"},
               "spec": {"hosts": ["parted"], "http": routes}}  # fmt: skip
    rules.apply(service("parted"), rule("parted", subsets=subsets), virtual)
    eventually(lambda: calls(rules, "parted", 20, "-H", "x-version: a")[1] == {"a": 20}, 10)
    assert calls(rules, "parted", 20, "-H", "x-version: b")[1] == {"b": 20}
    assert calls(rules, "parted", 2, "-H", "x-version: none")[0] == {"503": 2}, "nobody has those labels"


def test_row_60_an_ejected_endpoint_returns_after_its_time(rules: Mesh) -> None:
    assert "gateway-errors" in EJECTED, "this test goes on with the first one of row 60"
    eventually(lambda: count(rules, cluster("gateway-errors"), "ejections_active") == 0, 45)
    assert 29 <= time.monotonic() - EJECTED["gateway-errors"] <= 43
    assert calls(rules, "gateway-errors", 80)[1]["a"] > 0
