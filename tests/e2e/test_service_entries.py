"""ServiceEntries beyond plain TCP: MongoDB, a database's own TLS, web services by name (rows 22, 25, 28, 32)."""

import asyncio
import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from mesh import ROOT, Mesh, eventually

from lateen.runtime.mariadb import MariaDb

APPS = ROOT / "tests/e2e/apps"
WEB, DATABASE, NOBODY = "203.0.113.41", "203.0.113.42", "203.0.113.99"
NETWORKING = "networking.istio.io/v1"


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    made = Path(tempfile.mkdtemp(prefix="lateen-entries-"))
    made.chmod(0o755)  # servers run as users of their own
    yield made
    shutil.rmtree(made)


@pytest.fixture(scope="module")
def certificate(folder: Path) -> Path:
    """A certificate with its key, which nobody trusts."""
    made = folder / "server.pem"
    key = folder / "key.pem"
    command = [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:P-256",
        "-nodes",
        "-days",
        "2",
    ]
    subprocess.run([*command, "-subj", "/CN=outside", "-keyout", key, "-out", made], check=True, capture_output=True)
    made.write_text(made.read_text() + key.read_text())
    made.chmod(0o644)  # the database's user reads it too
    return made


@pytest.fixture(scope="module")
def outside(mesh: Mesh, certificate: Path) -> Iterator[Mesh]:
    """A web and MongoDB server outside the mesh, a client in it, nothing unregistered let out."""
    mesh.lateen("internal", "add-host", "web", WEB)
    environment = {
        "PORTS": "80=http 443=https",
        "NAME": "web",
        "CERTIFICATE": str(certificate),
        "PATH": "/usr/bin:/bin",
    }
    servers = [
        subprocess.Popen(["nsenter", f"--net={netns(mesh, 'web')}", "/usr/bin/python3", APPS / app], env=environment)
        for app in ("echo.py", "mongo.py")
    ]
    try:
        mesh.deploy("client")
        policy(mesh, "REGISTRY_ONLY")
        eventually(lambda: get(mesh, "http://unknown.example.com/")[0] in (0, 502), 15, "blocked")
        yield mesh
    finally:
        for server in servers:
            server.terminate()
            server.wait()


def netns(mesh: Mesh, name: str) -> Path:
    return Path(f"/run/netns/lateen-{mesh.name}-{name}")


def policy(mesh: Mesh, mode: str) -> None:
    found = mesh.get("configmap", "istio", "istio-system")
    text = re.sub(r"outboundTrafficPolicy:.*?mode: \w+", "", found["data"]["mesh"], flags=re.S).rstrip()
    text += f"\noutboundTrafficPolicy:\n  mode: {mode}\n"
    mesh.apply(
        {
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": {"name": "istio", "namespace": "istio-system"},
            "data": {**found["data"], "mesh": text},
        }
    )


def entry(name: str, **spec: Any) -> dict[str, Any]:
    spec = {"location": "MESH_EXTERNAL", **spec}
    return {"apiVersion": NETWORKING, "kind": "ServiceEntry", "metadata": {"name": name}, "spec": spec}


def get(mesh: Mesh, url: str, at: str = WEB, *more: str) -> tuple[int, Any]:
    """GET as the client pod does, which takes the name for the address `at`."""
    return mesh.call("client", url, "-k", "--connect-to", f"::{at}:", *more)


PORTS = [
    {"number": 80, "name": "http", "protocol": "HTTP"},
    {"number": 443, "name": "tls", "protocol": "TLS"},
]


def test_row_32_plain_http_by_its_host_and_no_other(outside: Mesh) -> None:
    said = entry("plain", hosts=["web.example.com"], ports=PORTS[:1], resolution="STATIC", endpoints=[{"address": WEB}])
    outside.apply(said)
    status, seen = eventually(lambda: answered(get(outside, "http://web.example.com/a")), 5)
    assert (status, seen["headers"]["host"], seen["path"]) == (200, "web.example.com", "/a")
    assert get(outside, "http://other.example.com/")[0] == 502
    outside.delete(said)
    eventually(lambda: get(outside, "http://web.example.com/")[0] in (0, 502), 5, "blocked again")


def test_row_32_tls_by_its_server_name_end_to_end(outside: Mesh) -> None:
    said = entry(
        "secure", hosts=["secure.example.com"], ports=PORTS[1:], resolution="STATIC", endpoints=[{"address": WEB}]
    )
    outside.apply(said)
    _, seen = eventually(lambda: answered(get(outside, "https://secure.example.com/")), 5)
    assert (seen["name"], seen["sni"]) == ("web", "secure.example.com")
    issuer = outside.curl("client", "-kv", "--connect-to", f"::{WEB}:", "https://secure.example.com/").stderr
    assert "subject: CN=outside" in issuer, "it is the server's own certificate that the client sees"
    assert get(outside, "https://other.example.com/")[0] == 0
    outside.delete(said)


def test_row_32_wildcard_hosts_go_where_the_client_was_going(outside: Mesh) -> None:
    said = entry("wild", hosts=["*.wild.example.com"], ports=PORTS, resolution="NONE")
    outside.apply(said)
    for scheme in ("http", "https"):
        status, seen = eventually(lambda scheme=scheme: answered(get(outside, f"{scheme}://a.wild.example.com/")), 5)
        assert (status, seen["name"]) == (200, "web")
        assert get(outside, f"{scheme}://a.tame.example.com/")[0] in (0, 502)
    outside.delete(said)


def test_wildcard_hosts_are_looked_up_when_they_are_asked_for(outside: Mesh) -> None:
    """The client is wrong about the address; the name, which the mesh's DNS knows, is what counts."""
    said = entry("looked-up", hosts=["*.outside.pod.cluster.local"], ports=PORTS, resolution="DYNAMIC_DNS")
    outside.apply(said)
    name = f"{WEB.replace('.', '-')}.outside.pod.cluster.local"
    _, seen = eventually(lambda: answered(get(outside, f"http://{name}/", NOBODY)), 10)
    assert (seen["name"], seen["headers"]["host"]) == ("web", name)
    _, seen = eventually(lambda: answered(get(outside, f"https://{name}/", NOBODY)), 10)
    assert (seen["name"], seen["sni"]) == ("web", name)
    outside.delete(said)


def test_what_is_looked_up_never_leads_to_the_proxy_itself(outside: Mesh) -> None:
    said = entry("looked-up", hosts=["*.outside.pod.cluster.local"], ports=PORTS, resolution="DYNAMIC_DNS")
    outside.apply(said)
    name = f"{WEB.replace('.', '-')}.outside.pod.cluster.local"
    eventually(lambda: answered(get(outside, f"http://{name}/", NOBODY)), 10)
    own = "127-0-0-1.outside.pod.cluster.local:15000"
    status, _ = get(outside, f"http://{name}/ready", NOBODY, "-H", f"host: {own}")
    assert status == 503
    outside.delete(said)


def test_unregistered_http_may_be_looked_up_too(outside: Mesh) -> None:
    name = f"{WEB.replace('.', '-')}.anywhere.pod.cluster.local"
    policy(outside, "ALLOW_ANY_DYNAMIC_DNS")
    _, seen = eventually(lambda: answered(get(outside, f"http://{name}/", NOBODY)), 10)
    assert seen["name"] == "web"
    for own in ("127.0.0.1:15000", "localhost:15000"):
        assert get(outside, f"http://{name}/ready", NOBODY, "-H", f"host: {own}")[0] == 503, own
    policy(outside, "REGISTRY_ONLY")
    eventually(lambda: get(outside, f"http://{name}/", NOBODY)[0] in (0, 502), 5, "blocked again")


def answered(found: tuple[int, Any]) -> tuple[int, Any] | None:
    return found if found[0] == 200 and found[1] else None


def test_row_22_mongo_is_looked_into_and_counted(outside: Mesh) -> None:
    port = {"number": 27017, "name": "mongo", "protocol": "MONGO"}
    said = entry("mongo", hosts=["mongo.example.com"], addresses=["240.240.9.9"], ports=[port], resolution="STATIC",
                 endpoints=[{"address": WEB}])  # fmt: skip
    assert "serviceentry.networking.istio.io/mongo" in outside.apply(said)
    assert eventually(lambda: asks(outside, "240.240.9.9") == "1.0", 5)
    filters = outside.lateen("proxy-config", "listener", "deploy/client", "--port", "27017", "-o", "json").stdout
    assert "envoy.filters.network.mongo_proxy" in filters
    stats = eventually(lambda: counters(outside, "mongo"), 10)
    (queries,) = [value for name, value in stats.items() if name.endswith("mongo.example.com.op_query")]
    assert queries >= 1
    assert sum(value for name, value in stats.items() if name.endswith("mongo.example.com.decoding_error")) == 0
    outside.delete(said)


# What drivers ask first of all, and the `ok` of the answer.
IS_MASTER = r"""
import socket, struct, sys
document = b"\x10isMaster\x00" + struct.pack("<i", 1) + b"\x00"
body = struct.pack("<i", 0) + b"admin.$cmd\x00" + struct.pack("<ii", 0, -1)
body += struct.pack("<i", 4 + len(document)) + document
try:
    with socket.create_connection((sys.argv[1], 27017), 3) as connection:
        connection.sendall(struct.pack("<iiii", 16 + len(body), 7, 0, 2004) + body)
        print(struct.unpack("<d", connection.makefile("rb").read(53)[44:52])[0])
except OSError:
    pass
"""


def asks(mesh: Mesh, address: str) -> str:
    """What a MongoDB server answers to isMaster."""
    return mesh.inside(mesh.pods("client")[0], "/usr/bin/python3", "-c", IS_MASTER, address).stdout.strip()


def counters(mesh: Mesh, prefix: str) -> dict[str, int]:
    pod = mesh.pods("client")[0]["metadata"]["name"]
    path = f"/api/v1/namespaces/default/pods/{pod}:15000/proxy/stats?filter=^{prefix}%5C."
    lines = (line.rpartition(": ") for line in mesh.kubectl("get", "--raw", path).stdout.splitlines())
    return {name: int(value) for name, _, value in lines if value.isdigit()}


def test_row_25_a_databases_own_tls_passes_untouched(outside: Mesh, folder: Path, certificate: Path) -> None:
    outside.lateen("internal", "add-host", "db", DATABASE)
    options = [f"--ssl-cert={certificate}", f"--ssl-key={certificate}", "--require-secure-transport=ON"]
    server = MariaDb(folder / "db", netns(outside, "db"), DATABASE, options=options)
    with asyncio.Runner() as runner:
        runner.run(_started(server))
        try:
            _row_25(outside)
        finally:
            runner.run(server.stop())


def _row_25(outside: Mesh) -> None:
    port = {"number": 3306, "name": "tcp", "protocol": "TCP"}
    said = entry("db", hosts=["db.example.com"], addresses=[f"{DATABASE}/32"], ports=[port])
    outside.apply(said)
    assert "TLS_" in eventually(lambda: cipher(outside, DATABASE, "--ssl"), 5)
    refused = sql(outside, DATABASE, "select 1", "--skip-ssl").stderr
    assert "Access denied" in refused, "the server, which insists on TLS, is the one that sees it"
    outside.delete(said)
    eventually(lambda: cipher(outside, DATABASE, "--ssl") == "", 5, "blocked again")


async def _started(server: MariaDb) -> None:
    await server.start()
    await server.admin("CREATE USER 'reader'@'%' IDENTIFIED BY 'demo-only'")


def sql(mesh: Mesh, host: str, statement: str, *options: str) -> subprocess.CompletedProcess[str]:
    client = ["mariadb", "--no-defaults", "--batch", "--skip-column-names", f"--host={host}", "--connect-timeout=3"]
    login = ["--user=reader", "--password=demo-only", "--ssl-verify-server-cert=0"]
    return mesh.inside(mesh.pods("client")[0], *client, *login, *options, "-e", statement)


def cipher(mesh: Mesh, host: str, *options: str) -> str:
    return sql(mesh, host, "SHOW STATUS LIKE 'Ssl_cipher'", *options).stdout.strip()


# A MariaDB that lives in a pod: everything it writes is in the pod's own folder.
SERVER = """
set -e
mariadb-install-db --no-defaults --datadir=/data/db --skip-test-db --auth-root-authentication-method=normal >/dev/null
exec mariadbd --no-defaults --datadir=/data/db --socket=/data/server.sock --pid-file=/data/server.pid \\
  --bind-address=0.0.0.0 --skip-grant-tables --skip-networking=0 --innodb-buffer-pool-size=8M
"""


@pytest.fixture(scope="module")
def databases(outside: Mesh, folder: Path) -> Mesh:
    """One database in the mesh behind three services, whose ports say in three ways that they carry bytes."""
    image = {"images": ["test/mariadb"], "directory": str(folder), "command": ["/bin/sh", "-c", SERVER]}
    container = {
        "name": "db",
        "image": "test/mariadb",
        "env": [{"name": "PATH", "value": "/usr/sbin:/usr/bin:/sbin:/bin"}],
        "ports": [{"containerPort": 3306}],
        "volumeMounts": [{"name": "data", "mountPath": "/data"}],
        "startupProbe": {"tcpSocket": {"port": 3306}, "periodSeconds": 1, "failureThreshold": 60},
    }
    spec = {"containers": [container], "volumes": [{"name": "data", "emptyDir": {}}]}
    labels = {"app": "mysqldb", "version": "v1"}
    outside.apply(
        {"apiVersion": "lateen.dev/v1alpha1", "kind": "ProcessImage", "metadata": {"name": "mariadb"}, "spec": image},
        {
            "apiVersion": "apps/v1",
            "kind": "Deployment",
            "metadata": {"name": "mysqldb"},
            "spec": {
                "selector": {"matchLabels": labels},
                "template": {"metadata": {"labels": labels}, "spec": spec},
            },
        },
        *(
            {
                "apiVersion": "v1",
                "kind": "Service",
                "metadata": {"name": name},
                "spec": {"selector": {"app": "mysqldb"}, "ports": [{"port": 3306, **port}]},
            }
            for name, port in SERVER_FIRST.items()
        ),
    )
    outside.wait_ready("mysqldb", seconds=90)
    return outside


SERVER_FIRST: dict[str, dict[str, str]] = {
    "by-name": {"name": "mysql"},
    "by-protocol": {"name": "db", "appProtocol": "mysql"},
    "by-prefix": {"name": "tcp-db"},
}


@pytest.mark.parametrize("mode", ["PERMISSIVE", "STRICT"])
def test_row_28_a_server_that_speaks_first_answers_at_once(databases: Mesh, mode: str) -> None:
    said = {
        "apiVersion": "security.istio.io/v1",
        "kind": "PeerAuthentication",
        "metadata": {"name": "default"},
        "spec": {"mtls": {"mode": mode}},
    }
    databases.apply(said)
    for name in SERVER_FIRST:
        found = eventually(lambda name=name: sql(databases, name, "select 6 * 7", "--skip-ssl").stdout.strip(), 5)
        assert found == "42"
        began = time.monotonic()
        assert sql(databases, name, "select 6 * 7", "--skip-ssl").stdout.strip() == "42"
        assert time.monotonic() - began < 1.5, "nobody waits for the client to speak"
    for name in SERVER_FIRST:  # by the server name of mesh TLS
        eventually(lambda name=name: logged(databases, f"outbound_.3306_._.{name}.default"), 15, f"mesh TLS to {name}")


def logged(mesh: Mesh, text: str) -> bool:
    return text in mesh.lateen("logs", mesh.pod("mysqldb"), "-c", "istio-proxy").stdout
