"""Document A, row by row: Bookinfo through real sidecars, its ratings in a real database outside the mesh."""

import asyncio
import re
import shutil
import tempfile
import threading
import time
import urllib.request
from collections import Counter
from collections.abc import Coroutine, Iterator
from pathlib import Path
from typing import Any, TypeVar

import pytest
from mesh import ROOT, Mesh, eventually

from lateen.base.errors import LateenError
from lateen.runtime.mariadb import MariaDb

T = TypeVar("T")
EXAMPLES = ROOT / "examples" / "bookinfo"
UNAVAILABLE = "Ratings service is currently unavailable"
DATABASE = "203.0.113.10"


class Loop:
    """An event loop in a thread: MariaDb is asynchronous, these tests are not."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        threading.Thread(target=self._loop.run_forever, daemon=True).start()

    def __call__(self, coroutine: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(90)


@pytest.fixture(scope="module")
def bookinfo(mesh: Mesh) -> Mesh:
    for name in ("images.yaml", "bookinfo.yaml", "networking/bookinfo-gateway.yaml"):
        mesh.lateen("apply", "-f", str(EXAMPLES / name))
    for name in ("details-v1", "ratings-v1", "reviews-v1", "reviews-v2", "reviews-v3", "productpage-v1"):
        mesh.wait_ready(name)
    eventually(lambda: "Book Details" in page(mesh), 15, "the page")
    return mesh


@pytest.fixture(scope="module")
def run() -> Loop:
    return Loop()


@pytest.fixture(scope="module")
def database(bookinfo: Mesh, run: Loop) -> Iterator[MariaDb]:
    bookinfo.lateen("internal", "add-host", "mysqldb", DATABASE)
    folder = Path(tempfile.mkdtemp(prefix="lateen-db-"))
    folder.chmod(0o755)  # the server runs as a user of its own
    server = MariaDb(folder / "db", Path(f"/run/netns/lateen-{bookinfo.name}-mysqldb"), DATABASE)
    try:
        run(server.start())
        run(server.admin((EXAMPLES / "mysqldb-init.sql").read_text()))
        run(
            server.admin(
                "CREATE USER 'bookinfo'@'%' IDENTIFIED BY 'demo-only'; GRANT SELECT ON test.ratings TO 'bookinfo'@'%'"
            )
        )
        yield server
    finally:
        run(server.stop())
        shutil.rmtree(folder)


@pytest.fixture(scope="module")
def mysql_ratings(bookinfo: Mesh, database: MariaDb) -> Mesh:
    bookinfo.lateen("apply", "-f", str(EXAMPLES / "networking/destination-rule-all.yaml"))
    bookinfo.apply(
        {
            "apiVersion": "v1",
            "kind": "Secret",
            "metadata": {"name": "mysql-credentials"},
            "stringData": {"password": "demo-only"},
        }
    )
    said = bookinfo.lateen("apply", "-f", str(EXAMPLES / "bookinfo-ratings-v2-mysql.yaml")).stdout
    assert said == "deployment.apps/ratings-v2-mysql created\n"
    bookinfo.wait_ready("ratings-v2-mysql")
    return bookinfo


def page(mesh: Mesh) -> str:
    try:
        with urllib.request.urlopen(f"{mesh.gateway}/productpage", timeout=15) as answer:
            return str(answer.read().decode())
    except OSError:
        return ""


def stars(text: str) -> list[str]:
    return re.findall(r"data-stars='(\d)'", text)


def policy(mesh: Mesh, mode: str) -> None:
    found = mesh.get("configmap", "istio", "istio-system")
    found["data"]["mesh"] = re.sub(r"mode: \w+", f"mode: {mode}", found["data"]["mesh"])
    mesh.apply(
        {key: found[key] for key in ("apiVersion", "kind", "data")}
        | {"metadata": {"name": "istio", "namespace": "istio-system"}},
        namespace="istio-system",
    )


def requests_to(mesh: Mesh, app: str) -> Counter[str]:
    """Requests that each version of `app` has answered, by the workloads' own access logs."""
    found: Counter[str] = Counter()
    for pod in mesh.pods(app):
        log = mesh.lateen("logs", pod["metadata"]["name"]).stdout
        found[pod["metadata"]["labels"]["version"]] += len(re.findall(rf'"GET /{app}/', log))
    return found


def test_row_1_page_is_served_through_the_gateway_with_details_reviews_and_stars(bookinfo: Mesh) -> None:
    pages = [page(bookinfo) for _ in range(30)]
    assert all("Book Details" in each and "Reviewer1" in each for each in pages)
    colors = {match.group(1) for each in pages if (match := re.search(r"color: (\w+)", each.split("Book Reviews")[1]))}
    assert colors == {"black", "red"}


def test_row_2_all_services_run_as_processes_behind_sidecars(bookinfo: Mesh) -> None:
    for app in ("productpage", "details", "reviews", "ratings"):
        for pod in bookinfo.pods(app):
            containers = pod["spec"]["containers"] + pod["spec"].get("initContainers", [])
            assert "istio-proxy" in {each["name"] for each in containers}
    assert bookinfo.lateen("proxy-status").stdout.count(".default") == 6


def test_row_3_destination_rules_give_one_cluster_per_subset_with_only_its_endpoints(mysql_ratings: Mesh) -> None:
    table = mysql_ratings.lateen("proxy-config", "cluster", "deploy/productpage-v1", "--fqdn", "reviews.default").stdout
    assert {line.split()[2] for line in table.splitlines()[1:]} == {"-", "v1", "v2", "v3"}
    versions = {pod["status"]["podIP"]: pod["metadata"]["labels"]["version"] for pod in mysql_ratings.pods("reviews")}
    for subset in ("v1", "v2", "v3"):
        name = f"outbound|9080|{subset}|reviews.default.svc.cluster.local"
        rows = mysql_ratings.lateen(
            "proxy-config", "endpoint", "deploy/productpage-v1", "--cluster", name
        ).stdout.splitlines()[1:]
        assert [versions[row.split(":")[0]] for row in rows] == [subset]


def test_rows_4_5_6_database_outside_the_mesh_and_its_least_privileged_user(database: MariaDb, run: Loop) -> None:
    run(database.admin("REPLACE INTO test.ratings VALUES (1, 5), (2, 4)"))
    assert run(database.as_user("bookinfo", "demo-only", "select * from test.ratings")) == "1\t5\n2\t4\n"
    with pytest.raises(LateenError, match="UPDATE command denied"):
        run(database.as_user("bookinfo", "demo-only", "update test.ratings set Rating=3"))
    run(database.admin("update test.ratings set Rating=1"))
    assert run(database.admin("select * from test.ratings")) == "1\t1\n2\t1\n"


def test_row_7_ratings_v2_mysql_is_injected_and_ready(mysql_ratings: Mesh) -> None:
    pod = next(pod for pod in mysql_ratings.pods("ratings") if pod["metadata"]["labels"]["version"] == "v2-mysql")
    assert "istio-proxy" in {each["name"] for each in pod["spec"].get("initContainers", []) + pod["spec"]["containers"]}
    assert {"type": "Ready", "status": "True"}.items() <= next(
        c for c in pod["status"]["conditions"] if c["type"] == "Ready"
    ).items()


def test_row_8_the_password_comes_from_a_secret(mysql_ratings: Mesh) -> None:
    (container,) = mysql_ratings.get("deployment", "ratings-v2-mysql")["spec"]["template"]["spec"]["containers"]
    (password,) = [each for each in container["env"] if each["name"] == "MYSQL_DB_PASSWORD"]
    assert password["valueFrom"]["secretKeyRef"] == {"name": "mysql-credentials", "key": "password"}
    assert "value" not in password
    seen = mysql_ratings.kubectl("exec", "deploy/ratings-v2-mysql", "-c", "ratings", "--", "env").stdout
    assert "MYSQL_DB_PASSWORD=demo-only" in seen.splitlines()


def test_rows_9_11_12_13_14_23_26_29_story_of_the_service_entry(
    mysql_ratings: Mesh, database: MariaDb, run: Loop
) -> None:
    mesh = mysql_ratings
    run(database.admin("update test.ratings set Rating=1"))
    policy(mesh, "REGISTRY_ONLY")
    mesh.lateen("apply", "-f", str(EXAMPLES / "networking/virtual-service-ratings-mysql.yaml"))
    # Row 13: no ServiceEntry: ratings are unavailable, the rest renders. Row 11: it was blocked.
    eventually(lambda: page(mesh).count(UNAVAILABLE) == 2, 15, "unavailable ratings")
    assert "Book Details" in page(mesh)
    # Row 12: ALLOW_ANY lets the same call through, and back.
    policy(mesh, "ALLOW_ANY")
    eventually(lambda: stars(page(mesh)) == ["1", "1"], 5, "ALLOW_ANY lets the database call through")
    policy(mesh, "REGISTRY_ONLY")
    eventually(lambda: page(mesh).count(UNAVAILABLE) == 2, 5, "blocked again")
    # Row 14: the ServiceEntry opens the way within a second, without a restart.
    mesh.lateen("apply", "-f", str(EXAMPLES / "networking/mysql-external.yaml"))
    eventually(lambda: stars(page(mesh)) == ["1", "1"], 2, "one star each")
    # Row 9: all reviews traffic to v3, all ratings traffic to v2-mysql, counted over 200 requests.
    reviews, ratings = requests_to(mesh, "reviews"), requests_to(mesh, "ratings")
    pages = [page(mesh) for _ in range(200)]
    assert all(stars(each) == ["1", "1"] and "color: red" in each for each in pages)
    assert requests_to(mesh, "reviews") - reviews == Counter({"v3": 200})
    assert requests_to(mesh, "ratings") - ratings == Counter({"v2-mysql": 200})
    # Row 26: the database is never sent mesh mTLS, whatever the mesh's mode.
    for mode in ("STRICT", "DISABLE", "PERMISSIVE"):
        mesh.apply({"apiVersion": "security.istio.io/v1", "kind": "PeerAuthentication",
                    "metadata": {"name": "default", "namespace": "istio-system"}, "spec": {"mtls": {"mode": mode}}})  # fmt: skip
        eventually(lambda: all(stars(page(mesh)) == ["1", "1"] for _ in range(5)), 10, f"one star each under {mode}")
    # Row 23: deleted, new connections are blocked at once; made again, it works.
    mesh.lateen("delete", "serviceentry", "mysql-external", "-n", "default")
    eventually(lambda: page(mesh).count(UNAVAILABLE) == 2, 2, "blocked after the delete")
    mesh.lateen("apply", "-f", str(EXAMPLES / "networking/mysql-external.yaml"))
    eventually(lambda: stars(page(mesh)) == ["1", "1"], 2, "open again")
    # Row 29: deletions are reported per object, and ratings go to every version again.
    said = mesh.lateen("delete", "-f", str(EXAMPLES / "networking/virtual-service-ratings-mysql.yaml")).stdout
    assert set(said.splitlines()) == {
        "virtualservice.networking.istio.io/reviews deleted",
        "virtualservice.networking.istio.io/ratings deleted",
    }
    before = requests_to(mesh, "ratings")
    eventually(
        lambda: page(mesh) and all((requests_to(mesh, "ratings") - before)[version] for version in ("v1", "v2-mysql")),
        30,
        "both versions of ratings",
    )


def test_row_30_a_deployment_leaves_without_a_failed_request(mysql_ratings: Mesh) -> None:
    mesh = mysql_ratings
    failures, count, stop = [], 0, threading.Event()

    def load() -> None:
        nonlocal count
        while not stop.is_set():
            status, _ = mesh_call(mesh)
            count += 1
            if status != 200:
                failures.append((time.monotonic(), status))

    caller = threading.Thread(target=load)
    caller.start()
    eventually(lambda: count > 20, 20, "load")
    mesh.lateen("delete", "-f", str(EXAMPLES / "bookinfo-ratings-v2-mysql.yaml"))
    eventually(
        lambda: all(pod["metadata"]["labels"]["version"] != "v2-mysql" for pod in mesh.get("pods")),
        60,
        "the pod to be gone",
    )
    done = count
    eventually(lambda: count > done + 20, 20, "load afterwards")
    stop.set()
    caller.join()
    assert failures == []


def mesh_call(mesh: Mesh) -> tuple[int, str]:
    """One request to ratings through the gateway and productpage (its API tells ratings' status as its own)."""
    try:
        with urllib.request.urlopen(f"{mesh.gateway}/api/v1/products/0/ratings", timeout=15) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, ""
    except OSError as error:
        return 0, str(error)
