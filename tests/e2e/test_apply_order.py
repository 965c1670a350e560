"""Rules applied in a wrong order, in the right one, and two for one host: what callers get and what is told (rows 10, 109; T8)."""

import json
import threading
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from mesh import Mesh, eventually

PLACE = "payments"


def named(kind: str, name: str, **spec: Any) -> dict[str, Any]:
    meta = {"name": name, "namespace": PLACE}
    return {"apiVersion": "networking.istio.io/v1", "kind": kind, "metadata": meta, "spec": spec}


def to(host: str, subset: str, weight: int = 100) -> dict[str, Any]:
    return {"destination": {"host": host, "subset": subset}, "weight": weight}


SUBSETS = [{"name": version, "labels": {"version": version}} for version in ("v1", "v2")]
API = "payments-api"
SPLIT = named("VirtualService", API, hosts=[API], http=[{"route": [to(API, "v1", 90), to(API, "v2", 10)]}])
VERSIONS = named("DestinationRule", API, host=API, subsets=SUBSETS)
SHOP = "product-service"
CANARY = {"match": [{"headers": {"x-canary": {"exact": "true"}}}], "route": [to(SHOP, "v2")]}
NORMAL = named("VirtualService", SHOP, hosts=[SHOP], http=[
    CANARY,
    {"route": [to(SHOP, "v1", 90), to(SHOP, "v2", 10)], "timeout": "5s",
     "retries": {"attempts": 3, "perTryTimeout": "2s", "retryOn": "gateway-error,connect-failure,retriable-4xx"}},
])  # fmt: skip
FAULT = {"delay": {"percentage": {"value": 50}, "fixedDelay": "3s"}, "abort": {"percentage": {"value": 5}, "httpStatus": 500}}  # fmt: skip
CHAOS = named("VirtualService", f"{SHOP}-chaos", hosts=[SHOP], http=[{"fault": FAULT, "route": [to(SHOP, "v1")]}])
SHOP_VERSIONS = named("DestinationRule", SHOP, host=SHOP, subsets=SUBSETS)


@pytest.fixture(scope="module")
def payments(mesh: Mesh) -> Mesh:
    """One application in two versions behind two services, a client, and access logs."""
    config = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "istio", "namespace": "istio-system"},
              "data": {"mesh": json.dumps({"accessLogFile": "/dev/stdout"})}}  # fmt: skip
    labels = {"istio-injection": "enabled"}
    mesh.apply(config, {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": PLACE, "labels": labels}})
    for version in ("v1", "v2"):
        mesh.deploy(f"api-{version}", app=API, labels={"version": version}, namespace=PLACE)
    mesh.deploy("client", namespace=PLACE)
    port = {"name": "http", "port": 8080}
    mesh.apply({"apiVersion": "v1", "kind": "Service", "metadata": {"name": SHOP, "namespace": PLACE},
                "spec": {"selector": {"app": API}, "ports": [port]}})  # fmt: skip
    eventually(lambda: set(answers(mesh, 10, SHOP)) == {"api-v1", "api-v2"}, 15)
    eventually(lambda: set(answers(mesh, 10)) == {"api-v1", "api-v2"}, 15)
    return mesh


def answers(mesh: Mesh, number: int, host: str = API, *arguments: str) -> Counter[str]:
    """Who answered `number` calls; the status where it was not 200."""
    told = ("-w", "\n%{http_code}\n")
    lines = mesh.curl("client", *told, *arguments, f"http://{host}:8080/[1-{number}]", namespace=PLACE, seconds=30)
    seen = iter(lines.stdout.splitlines())
    return Counter(json.loads(body)["name"] if code == "200" else code for body, code in zip(seen, seen, strict=True))


def log(mesh: Mesh) -> str:
    return mesh.lateen("logs", mesh.pod("client", PLACE), "-n", PLACE, "-c", "istio-proxy").stdout


def test_row_10_without_its_subsets_a_route_answers_503_and_analyze_says_what_comes_first(
    payments: Mesh, tmp_path: Path
) -> None:
    file = tmp_path / "virtual-service.yaml"
    file.write_text(json.dumps(SPLIT))
    payments.apply(SPLIT)
    eventually(lambda: answers(payments, 10) == Counter({"503": 10}), 10, "503 for all")
    eventually(lambda: any('" 503 NC ' in line and API in line for line in log(payments).splitlines()), 15, "NC")
    for where in ((str(file),), ()):
        said = payments.lateen("analyze", "-n", PLACE, *where, check=False)
        assert said.returncode == 79
        for subset in ("v1", "v2"):
            assert f'Referenced host+subset in destinationrule not found: "{API}+{subset}"' in said.stdout
        assert f"Error [IST0101] (VirtualService {PLACE}/{API}" in said.stdout
        assert "apply the DestinationRule that defines it before this VirtualService" in said.stdout
    payments.apply(VERSIONS)
    eventually(lambda: set(answers(payments, 60)) == {"api-v1", "api-v2"}, 10)
    assert "IST0101" not in payments.lateen("analyze", "-n", PLACE, check=False).stdout
    payments.delete(SPLIT)
    payments.delete(VERSIONS)


class Calls:
    """Calls without a pause, until left."""

    def __init__(self, mesh: Mesh) -> None:
        self.seen: Counter[str] = Counter()
        self._mesh, self._stop = mesh, threading.Event()

    def __enter__(self) -> "Calls":
        self._thread = threading.Thread(target=self._run)
        self._thread.start()
        return self

    def _run(self) -> None:
        while not self._stop.is_set():
            self.seen += answers(self._mesh, 100)

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()


def test_row_10_applied_in_one_call_nobody_sees_a_503(payments: Mesh, tmp_path: Path) -> None:
    """The routes' file is named first, and the subsets go first."""
    files = [tmp_path / "1-routes.yaml", tmp_path / "2-subsets.yaml"]
    for file, rule in zip(files, (SPLIT, VERSIONS), strict=True):
        file.write_text(json.dumps(rule))
    for _ in range(3):
        with Calls(payments) as calls:
            eventually(lambda calls=calls: calls.seen.total() >= 100, 10)
            said = payments.lateen("apply", "-f", str(files[0]), "-f", str(files[1])).stdout.splitlines()
            done = calls.seen.total()
            eventually(lambda calls=calls, done=done: calls.seen.total() >= done + 400, 30)
        assert [line.split(".")[0] for line in said] == ["destinationrule", "virtualservice"]
        assert set(calls.seen) == {"api-v1", "api-v2"}
        assert answers(payments, 300)["api-v2"] < 75, "the split is in force"
        payments.delete(SPLIT)
        eventually(lambda: answers(payments, 100)["api-v2"] > 25, 10)
        payments.delete(VERSIONS)


def put(mesh: Mesh, rule: dict[str, Any]) -> str:
    """Apply a rule; what was said of it on standard error."""
    return mesh.lateen("apply", "-f", "-", stdin=json.dumps(rule)).stderr


def conditions(mesh: Mesh, name: str) -> dict[str, Any]:
    status = mesh.get("virtualservice", name, PLACE)["status"]
    return {**status, **{each["type"]: each["message"] for each in status["conditions"] if "message" in each}}


@pytest.mark.parametrize(("first", "second"), [(NORMAL, CHAOS), (CHAOS, NORMAL)], ids=["normal-first", "chaos-first"])
def test_row_109_of_two_rules_for_one_host_the_older_counts_and_the_younger_is_told(
    payments: Mesh, first: dict[str, Any], second: dict[str, Any]
) -> None:
    older, younger = (rule["metadata"]["name"] for rule in (first, second))
    payments.apply(SHOP_VERSIONS)
    assert "IST0109" not in put(payments, first)
    created = time.time()
    eventually(lambda: time.time() > created + 1, 3, "another second: ages are told in whole ones")
    said = put(payments, second)
    assert f"Error [IST0109] (VirtualService {PLACE}/{younger}" in said
    assert f"fix: sidecars obey {PLACE}/{older} for it, and not this one" in said
    status = eventually(lambda: (found := conditions(payments, younger)).get("validationMessages") and found, 15)
    assert [each["type"]["code"] for each in status["validationMessages"]] == ["IST0109"]
    assert f"sidecars obey VirtualService {PLACE}/{older}" in status["Accepted"]
    assert "validationMessages" not in conditions(payments, older)
    canary = ("-Z", "--parallel-immediate", "--parallel-max", "40", "-H", "x-canary: true", "-o", "/dev/null")
    times = payments.curl("client", *canary, "-w", "%{http_code} %{time_total}\n", f"http://{SHOP}:8080/[1-40]", namespace=PLACE, seconds=30)  # fmt: skip
    late = sum(float(line.split()[1]) >= 3 for line in times.stdout.splitlines())
    assert bool(late) == (first is CHAOS), times.stdout
    if first is NORMAL:
        assert answers(payments, 20, SHOP, "-H", "x-canary: true") == Counter({"api-v2": 20})
    else:
        eventually(lambda: any(" DI " in line and SHOP in line for line in log(payments).splitlines()), 15, "DI")
    payments.delete(NORMAL, CHAOS)
    payments.delete(SHOP_VERSIONS)


def merging(rule: dict[str, Any], **spec: Any) -> dict[str, Any]:
    meta = {**rule["metadata"], "annotations": {"lateen.dev/merge": "true"}}
    return {**rule, "metadata": meta, "spec": {**rule["spec"], **spec}}


def test_row_109_two_rules_for_one_host_that_ask_for_it_are_obeyed_together(payments: Mesh) -> None:
    """The normal rules, and a fault of another team's for those who ask for it by a header."""
    abort = {"percentage": {"value": 100}, "httpStatus": 555}
    chaos = merging(CHAOS, http=[{"match": [{"headers": {"x-chaos": {"exact": "true"}}}], "fault": {"abort": abort},
                                  "route": [to(SHOP, "v1")]}])  # fmt: skip
    payments.apply(SHOP_VERSIONS, merging(NORMAL))
    assert "IST0109" not in put(payments, chaos)
    eventually(lambda: answers(payments, 5, SHOP, "-H", "x-chaos: true") == Counter({"555": 5}), 10)
    assert answers(payments, 20, SHOP, "-H", "x-canary: true") == Counter({"api-v2": 20})
    assert set(answers(payments, 60, SHOP)) == {"api-v1", "api-v2"}
    assert "validationMessages" not in conditions(payments, CHAOS["metadata"]["name"])
    payments.delete(NORMAL, CHAOS)
    payments.delete(SHOP_VERSIONS)
