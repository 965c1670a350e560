"""Timeouts, retries and faults at real sidecars (rows 63, 64, 65, 67, 107, 108)."""

import json
import math
import secrets
import subprocess
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from mesh import Mesh, eventually

Answers = list[tuple[int, float, dict[str, str]]]
PORTS = [{"name": "http", "port": 8080}]
THRICE = {"attempts": 3, "perTryTimeout": "3s", "retryOn": "5xx,connect-failure,reset"}
RULES: dict[str, dict[str, Any]] = {
    "slow": {"timeout": "10s"},
    "thrice": {"timeout": "10s", "retries": THRICE},
    "on-5xx": {"retries": {"attempts": 2, "retryOn": "5xx"}},
    "on-4xx": {"retries": {"attempts": 2, "retryOn": "retriable-4xx"}},
    "on-reset": {"retries": {"attempts": 2, "retryOn": "reset"}},
    "on-gateway": {"retries": {"attempts": 2, "retryOn": "gateway-error"}},
    "on-connect": {"retries": {"attempts": 2, "retryOn": "connect-failure"}},
    "never": {"retries": {"attempts": 0}},
    "late": {"fault": {"delay": {"percentage": {"value": 50}, "fixedDelay": "3s"}}},
    "broken": {"fault": {"abort": {"percentage": {"value": 5}, "httpStatus": 500}}},
}


@pytest.fixture(scope="module")
def rules(mesh: Mesh) -> Mesh:
    """One server behind a service for each rule, one without any, and a client."""
    mesh.deploy("server", inject=False, service_ports=PORTS)
    mesh.deploy("client", annotations={"sidecar.istio.io/statsInclusionPrefixes": "cluster.outbound,http.inject"})
    names = [*RULES, "usual"]
    mesh.apply(*map(service, names), *(virtual_service(name, **rule) for name, rule in RULES.items()))
    eventually(lambda: all(answers(mesh, name)[0][0] == 200 for name in names if name not in ("late", "broken")), 15)
    return mesh


def service(name: str) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "Service", "metadata": {"name": name}, "spec": {"selector": {"app": "server"}, "ports": PORTS}}  # fmt: skip


def virtual_service(name: str, **rule: Any) -> dict[str, Any]:
    http = [{**rule, "route": [{"destination": {"host": name}}]}]
    return {"apiVersion": "networking.istio.io/v1", "kind": "VirtualService", "metadata": {"name": name}, "spec": {"hosts": [name], "http": http}}  # fmt: skip


def answers(mesh: Mesh, name: str, *arguments: str, number: int = 1, at_once: int = 1) -> Answers:
    """The status and seconds of each call, and the headers that the server saw."""
    told = ("-w", "\n%{http_code} %{time_total}\n")
    # Answers of parallel calls would be printed one into the other.
    many = ("-Z", "--parallel-immediate", "--parallel-max", str(at_once), "-o", "/dev/null") if at_once > 1 else ()
    done = mesh.curl("client", *arguments, *many, *told, f"http://{name}:8080/[1-{number}]", seconds=60)
    found: Answers = []
    seen: dict[str, str] = {}
    for line in done.stdout.splitlines():
        if line.startswith("{"):
            seen = json.loads(line)["headers"]
        elif line[:3].isdigit():
            status, seconds = line.split()
            found.append((int(status), float(seconds), seen))
            seen = {}
    return found


def troubled(mesh: Mesh, name: str, answer: str, first: int = 1) -> tuple[int, str]:
    """Call a server that answers its first calls with `answer`: the status, and which attempt got through."""
    headers = {"x-answer": answer, "x-answer-first": str(first), "x-id": secrets.token_hex(4)}
    [(status, _, seen)] = answers(mesh, name, *(part for pair in headers.items() for part in ("-H", ": ".join(pair))))
    return status, seen.get("x-envoy-attempt-count", "")


def test_row_63_a_slow_answer_is_given_up_after_the_timeout(rules: Mesh) -> None:
    [(status, seconds, _)] = answers(rules, "slow", "-H", "x-hold: 15")
    assert status == 504
    assert abs(seconds - 10) <= 0.2


def test_row_64_the_third_attempt_gets_through(rules: Mesh) -> None:
    assert troubled(rules, "thrice", "503", 2) == (200, "3")


def test_row_64_each_try_is_cut_and_all_together_end_by_the_timeout(rules: Mesh) -> None:
    [(status, seconds, _)] = answers(rules, "thrice", "-H", "x-hold: 20")
    assert status == 504
    assert 9.8 <= seconds <= 10.3, "three tries of 3 s and a part of the fourth"


@pytest.mark.parametrize(
    ("rule", "retried", "left"),
    [
        ("on-5xx", ["500", "503", "reset"], ["409"]),
        ("on-4xx", ["409"], ["404", "503"]),
        ("on-reset", ["reset"], ["503"]),
        ("on-gateway", ["502", "503", "504"], ["500", "409"]),
        ("on-connect", [], ["503", "reset"]),
        ("usual", [], ["503", "500", "reset"]),
        ("never", [], ["503", "reset"]),
    ],
)
def test_rows_65_and_67_a_condition_is_retried_and_no_other(
    rules: Mesh, rule: str, retried: list[str], left: list[str]
) -> None:
    for answer in retried:
        assert troubled(rules, rule, answer) == (200, "2"), answer
    for answer in left:
        status = 503 if answer == "reset" else int(answer)
        assert troubled(rules, rule, answer)[0] == status, answer


def test_row_65_an_unknown_condition_is_refused_with_the_legal_ones(rules: Mesh) -> None:
    said = virtual_service("usual", retries={"attempts": 1, "retryOn": "sometimes"})
    refused = rules.lateen("apply", "-f", "-", stdin=json.dumps(said), check=False)
    assert refused.returncode == 1
    assert "retryOn" in refused.stderr and "gateway-error" in refused.stderr


def test_row_67_a_connection_that_fails_is_tried_again_by_default(rules: Mesh) -> None:
    # Nobody listens at the port, so every attempt fails.
    nowhere = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "nowhere"},
               "spec": {"selector": {"app": "server"}, "ports": [{"name": "http", "port": 8080, "targetPort": 9}]}}  # fmt: skip
    rules.apply(nowhere)
    eventually(lambda: answers(rules, "nowhere")[0][0] == 503, 10)
    before = retries(rules)
    assert answers(rules, "nowhere")[0][0] == 503
    assert retries(rules) - before == 2


def retries(mesh: Mesh) -> int:
    page = mesh.curl("client", "http://127.0.0.1:15000/stats?filter=8080..nowhere.default.*upstream_rq_retry$").stdout
    return int(page.split()[-1])


REFUSE_EVERY_OTHER = """\
table inet refusals {
    chain to_application {
        type filter hook output priority 0;
        ip saddr 127.0.0.6 tcp dport 8081 tcp flags & (syn | ack) == syn numgen inc mod 2 == 0 reject with tcp reset
    }
}
"""


def test_row_67_an_application_that_resets_before_the_request_is_tried_again_by_its_own_proxy(rules: Mesh) -> None:
    # Port 8081 is called by nobody else, and no probe's connection counts.
    rules.deploy("guarded", ports="8080=http 8081=http", annotations={"sidecar.istio.io/statsInclusionPrefixes": "cluster.inbound"})  # fmt: skip
    network = f"/run/netns/lateen-{rules.name}-{rules.pods('guarded')[0]['metadata']['uid']}"
    subprocess.run(["nsenter", f"--net={network}", "nft", "-f", "-"], input=REFUSE_EVERY_OTHER, text=True, check=True)
    status, seen = rules.call("client", "http://guarded:8081/")
    assert (status, seen["name"]) == (200, "guarded")
    page = rules.curl("guarded", "http://127.0.0.1:15000/stats?filter=inbound.8081.*upstream_rq_retry").stdout
    stats = {name.rpartition(".")[2]: int(value) for name, value in (line.split(": ") for line in page.splitlines())}
    assert (stats["upstream_rq_retry"], stats["upstream_rq_retry_success"]) == (1, 1)
    assert seen["headers"]["x-envoy-attempt-count"] == "1", "the caller's proxy saw nothing of it"


def test_rows_107_and_108_faults_befall_their_parts_of_the_requests(rules: Mesh) -> None:
    with ThreadPoolExecutor() as pool:
        delayed = pool.submit(answers, rules, "late", number=5000, at_once=300)
        broken = pool.submit(answers, rules, "broken", number=10_000)
        late, failed = delayed.result(), broken.result()
    assert len(late) == 5000
    # A proxy's timers go by the time at which its loop last woke: a few milliseconds of three seconds may be missing.
    slow = sum(seconds >= 2.98 for _, seconds, _ in late)
    assert abs(slow - 2500) <= 150, "50 % ± 3 %, which is more than 4σ"
    statuses = Counter(status for status, _, _ in failed)
    assert sum(statuses.values()) == 10_000 and set(statuses) == {200, 500}
    assert abs(statuses[500] - 500) <= 4 * math.sqrt(10_000 * 0.05 * 0.95)
    passed = rules.curl("client", "http://127.0.0.1:15000/stats?filter=8080..broken.default.*upstream_rq_total$").stdout
    assert int(passed.split()[-1]) <= statuses[200] + 1, "what was aborted never reached the server"
