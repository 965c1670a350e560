"""Document A's database story on a real cluster: a real MariaDB that is no pod and has no proxy."""

import asyncio
import re
import shutil
import subprocess
import tempfile
import threading
from collections import Counter
from collections.abc import Coroutine, Iterator
from pathlib import Path
from typing import Any, TypeVar

import pytest
import yaml
from clusters import Mesh, eventually, log_of

from lateen.base.errors import LateenError
from lateen.runtime.mariadb import MariaDb

T = TypeVar("T")
EXAMPLES = Path(__file__).parents[3] / "examples" / "bookinfo"
UNAVAILABLE = "Ratings service is currently unavailable"
DATABASE = "203.0.113.10"  # of the node, and of no pod
MUTUAL_TLS = """
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: {name: default, namespace: istio-system}
spec: {mtls: {mode: %s}}
"""
ENTRY, ROUTES = EXAMPLES / "networking/mysql-external.yaml", EXAMPLES / "networking/virtual-service-ratings-mysql.yaml"


class Loop:
    """An event loop in a thread: MariaDb is asynchronous, these tests are not."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        threading.Thread(target=self._loop.run_forever, daemon=True).start()

    def __call__(self, coroutine: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(90)


@pytest.fixture(scope="module")
def run() -> Loop:
    return Loop()


@pytest.fixture(scope="module")
def database(mesh: Mesh, run: Loop) -> Iterator[MariaDb]:
    network = mesh.whole.network
    subprocess.run(["nsenter", f"--net={network}", "ip", "addr", "add", f"{DATABASE}/32", "dev", "lo"], check=True)
    folder = Path(tempfile.mkdtemp(prefix="lateen-db-"))
    folder.chmod(0o755)  # the server runs as a user of its own
    server = MariaDb(folder / "db", network, DATABASE)
    try:
        run(server.start())
        run(server.admin((EXAMPLES / "mysqldb-init.sql").read_text()))
        user = "CREATE USER 'bookinfo'@'%' IDENTIFIED BY 'demo-only'; GRANT SELECT ON test.ratings TO 'bookinfo'@'%'"
        run(server.admin(user))
        yield server
    finally:
        run(server.stop())
        shutil.rmtree(folder)
        subprocess.run(["nsenter", f"--net={network}", "ip", "addr", "del", f"{DATABASE}/32", "dev", "lo"], check=False)


@pytest.fixture(scope="module")
def ratings(mesh: Mesh, database: MariaDb) -> Iterator[Mesh]:
    """The version of ratings that reads the database, with its password from a Secret."""
    mesh.kubectl("create", "secret", "generic", "mysql-credentials", "--from-literal=password=demo-only")
    said = mesh.kubectl("apply", "-f", EXAMPLES / "bookinfo-ratings-v2-mysql.yaml")
    assert said == "deployment.apps/ratings-v2-mysql created\n"
    mesh.kubectl("rollout", "status", "deployment", "ratings-v2-mysql", "--timeout=60s")
    yield mesh
    outbound(mesh, "ALLOW_ANY")
    mesh.kubectl(
        "delete", "--ignore-not-found", "-f", EXAMPLES / "bookinfo-ratings-v2-mysql.yaml", "-f", ENTRY, "-f", ROUTES
    )
    mesh.kubectl("delete", "secret", "mysql-credentials")


def outbound(mesh: Mesh, mode: str) -> None:
    """Change the mesh's settings as people do."""
    found = yaml.safe_load(mesh.get("configmap", "-n", "istio-system", "istio")["data"]["mesh"])
    text = yaml.safe_dump(found | {"outboundTrafficPolicy": {"mode": mode}})
    patch = yaml.safe_dump({"data": {"mesh": text}})
    mesh.kubectl("patch", "configmap", "-n", "istio-system", "istio", "--type=merge", "-p", patch)


def stars(mesh: Mesh) -> list[str]:
    return re.findall(r"data-stars='(\d)'", mesh.call().body)


def unavailable(mesh: Mesh) -> bool:
    found = mesh.call()
    return found.status == 200 and found.body.count(UNAVAILABLE) == 2


def requests_to(mesh: Mesh, app: str) -> Counter[str]:
    found: Counter[str] = Counter()
    for pod in mesh.pods("default", f"app={app}"):
        name = pod["metadata"]["name"]
        log = mesh.kubectl("logs", name, "-c", "istio-proxy")
        found[pod["metadata"]["labels"]["version"]] += len(re.findall(rf'"GET /{app}/', log))
    return found


def test_rows_4_5_6_database_outside_the_mesh_and_its_least_privileged_user(database: MariaDb, run: Loop) -> None:
    assert run(database.as_user("bookinfo", "demo-only", "select * from test.ratings")).split() == ["1", "5", "2", "4"]
    with pytest.raises(LateenError, match="denied"):
        run(database.as_user("bookinfo", "demo-only", "update test.ratings set Rating=9"))
    run(database.admin("update test.ratings set Rating=1"))
    assert run(database.as_user("bookinfo", "demo-only", "select * from test.ratings")).split() == ["1", "1", "2", "1"]


def test_rows_7_8_ratings_v2_mysql_is_injected_ready_and_has_its_password_from_a_secret(ratings: Mesh) -> None:
    (pod,) = ratings.pods("default", "app=ratings,version=v2-mysql")
    assert [one["name"] for one in pod["spec"]["initContainers"]] == ["istio-init", "istio-proxy"]
    env = {one["name"]: one for one in pod["spec"]["containers"][0]["env"]}
    assert env["MYSQL_DB_PASSWORD"]["valueFrom"]["secretKeyRef"]["name"] == "mysql-credentials"
    told = ratings.kubectl(
        "exec", pod["metadata"]["name"], "-c", "ratings", "--", "sh", "-c", "echo $MYSQL_DB_PASSWORD"
    )
    assert told.strip() == "demo-only"


def test_rows_9_11_12_13_14_16_23_26_29_story_of_the_service_entry(ratings: Mesh, database: MariaDb, run: Loop) -> None:
    mesh = ratings
    run(database.admin("update test.ratings set Rating=1"))
    outbound(mesh, "REGISTRY_ONLY")
    mesh.kubectl("apply", "-f", ROUTES)
    # Rows 11, 13: blocked, and the page renders without ratings.
    assert eventually(lambda: unavailable(mesh), 15)
    assert "Book Details" in mesh.call().body
    # Row 12: what is unknown passes, and does not any more.
    outbound(mesh, "ALLOW_ANY")
    assert eventually(lambda: stars(mesh) == ["1", "1"], 5)
    outbound(mesh, "REGISTRY_ONLY")
    assert eventually(lambda: unavailable(mesh), 5)
    # Rows 14, 16: the entry opens the way, to its address alone.
    mesh.kubectl("apply", "-f", ENTRY)
    assert eventually(lambda: stars(mesh) == ["1", "1"], 5)
    rows = mesh.lateen("pc", "cluster", "deploy/ratings-v2-mysql", "--fqdn", "mysql.example.com")
    assert "ORIGINAL_DST" in rows
    # Row 9: counted. Envoy writes its log once a second: of what came shortly before, some counts, too.
    reviews, answered = requests_to(mesh, "reviews"), requests_to(mesh, "ratings")
    assert all(stars(mesh) == ["1", "1"] for _ in range(50))
    for app, before, version in (("reviews", reviews, "v3"), ("ratings", answered, "v2-mysql")):
        counted = eventually(
            lambda app=app, before=before, version=version: (
                (now := requests_to(mesh, app) - before)[version] >= 50 and now
            )
        )
        assert set(counted) == {version}
    # Row 26: the database is sent no mutual TLS, whatever the mesh's mode.
    for mode in ("STRICT", "PERMISSIVE"):
        mesh.apply(MUTUAL_TLS % mode)
        assert eventually(lambda: all(stars(mesh) == ["1", "1"] for _ in range(3)), 10)
    mesh.kubectl("delete", "peerauthentication", "-n", "istio-system", "default")
    # Row 23: without the entry new connections are blocked again.
    mesh.kubectl("delete", "serviceentry", "mysql-external", "-n", "default")
    assert eventually(lambda: unavailable(mesh), 5)
    # Row 29: the routes go, one by one.
    told = mesh.kubectl("delete", "-f", ROUTES)
    assert told.count("deleted") == 2
    assert "BlackHoleCluster" in log_of(mesh, "default", "deploy/ratings-v2-mysql")


def test_rows_15_18_19_what_an_entry_says_stays_as_it_is_written_or_is_refused(ratings: Mesh) -> None:
    ratings.kubectl("apply", "-f", ENTRY)
    written = yaml.safe_load(ENTRY.read_text())["spec"]
    assert ratings.get("serviceentry", "mysql-external")["spec"] == written
    several = written | {"addresses": ["203.0.113.10", "203.0.113.11/32"]}
    entry = {"apiVersion": "networking.istio.io/v1", "kind": "ServiceEntry", "metadata": {"name": "several"}}
    ratings.apply(yaml.safe_dump(entry | {"spec": several}))
    rows = ratings.lateen("pc", "listener", "deploy/ratings-v2-mysql", "--port", "3306")
    assert eventually(
        lambda: "203.0.113.11" in ratings.lateen("pc", "listener", "deploy/ratings-v2-mysql", "--port", "3306")
    ), rows
    wrong = yaml.safe_dump(entry | {"spec": written | {"addresses": ["203.0.113.300"]}})
    assert "addresses" in ratings.kubectl("apply", "-f", "-", given=wrong, check=False)
    ratings.kubectl("delete", "serviceentry", "several", "mysql-external")
