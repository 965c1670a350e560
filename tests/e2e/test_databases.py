"""Databases that speak TLS of their own, behind a mesh that adds none, or none of its own (rows 80 to 82)."""

import base64
import subprocess
from collections.abc import Iterator
from typing import Any

import pytest
from mesh import ECHO_IMAGE, ROOT, Mesh, eventually
from test_gateway_tls import Keys

NETWORKING = "networking.istio.io/v1"
OUTSIDE, HOST = "203.0.113.81", "database.example.com"
WRONG = ROOT / "examples/guide/wrong/service-entry-passthrough.yaml"

# A client's first words: Postgres asks in the clear whether there may be TLS, MongoDB begins with it.
CLIENT = """
import socket, ssl, struct, sys
host, port, kind, name = sys.argv[1:]
raw = socket.create_connection((host, int(port)), 5)
if kind == "postgres":
    raw.sendall(struct.pack("!II", 8, 80877103))
    assert raw.recv(1) == b"S"
context = ssl.create_default_context(cafile="/keys/root")
context.load_cert_chain("/keys/client")
with context.wrap_socket(raw, server_hostname=name) as secured:
    print(secured.makefile().readline())
"""


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Keys:
    made = Keys(tmp_path_factory.mktemp("database-keys"))
    made.folder.chmod(0o755)
    return made


def pair(keys: Keys, name: str, host: str) -> str:
    return "".join(part.read_text() for part in keys.issue(name, host))


@pytest.fixture(scope="module")
def databases(mesh: Mesh, keys: Keys) -> Iterator[Mesh]:
    """A database of each kind without a proxy in the mesh, one outside, and a client whose files they know."""
    files = {
        "root": keys.root.read_text(),
        "client": pair(keys, "shopkeeper", "client"),
        "server": pair(keys, "server", HOST),
    }
    secret = {name: base64.b64encode(text.encode()).decode() for name, text in files.items()}
    image = {
        "images": ["test/database*"],
        "directory": str(ROOT / "tests/e2e/apps"),
        "command": ["python", "database.py"],
    }
    mesh.apply(
        {"apiVersion": "lateen.dev/v1alpha1", "kind": "ProcessImage", "metadata": {"name": "database"}, "spec": image},
        {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "keys"}, "data": secret},
        service("database"), deployment("database", inject="false"),
    )  # fmt: skip
    mesh.wait_ready("database")
    mesh.apply(
        ECHO_IMAGE, deployment("client", command=["python", "echo.py"], image="test/echo"), service("client", 8080)
    )
    mesh.wait_ready("client")
    mesh.lateen("internal", "add-host", "database", OUTSIDE)
    (keys.folder / "server-pair").write_text(files["server"])
    env = {"PORTS": "5432=mongo", "CERTIFICATE": str(keys.folder / "server-pair"), "CLIENT_ROOTS": str(keys.root)}
    network = f"--net=/run/netns/lateen-{mesh.name}-database"
    server = subprocess.Popen(["nsenter", network, "/usr/bin/python3", ROOT / "tests/e2e/apps/database.py"], env=env)
    yield mesh
    server.terminate()
    server.wait()


def service(name: str, *ports: int) -> dict[str, Any]:
    listed = [{"name": f"tcp-{port}", "port": port} for port in ports or (5432, 27017)]
    return {"apiVersion": "v1", "kind": "Service", "metadata": {"name": name}, "spec": {"selector": {"app": name}, "ports": listed}}  # fmt: skip


def deployment(name: str, inject: str = "true", image: str = "test/database", command: list[str] | None = None) -> dict[str, Any]:  # fmt: skip
    labels, annotations = {"app": name}, {"sidecar.istio.io/inject": inject}
    env = {"PORTS": "5432=postgres 27017=mongo", "CERTIFICATE": "/keys/server", "CLIENT_ROOTS": "/keys/root"}
    if image != "test/database":
        env = {"PORTS": "8080=http"}
    container = {"name": name, "image": image, "env": [{"name": key, "value": value} for key, value in env.items()],
                 "volumeMounts": [{"name": "keys", "mountPath": "/keys"}], **({"command": command} if command else {})}  # fmt: skip
    spec = {"containers": [container], "volumes": [{"name": "keys", "secret": {"secretName": "keys"}}]}
    template = {"metadata": {"labels": labels, "annotations": annotations}, "spec": spec}
    return {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": name}, "spec": {"selector": {"matchLabels": labels}, "template": template}}  # fmt: skip


def greeting(mesh: Mesh, host: str, port: int, kind: str) -> str:
    """What a database says to the client, once both have shown their certificates."""
    done = mesh.inside(mesh.pods("client")[0], "/usr/bin/python3", "-c", CLIENT, host, str(port), kind, HOST)
    return done.stdout.strip() or done.stderr.strip().rpartition("\n")[2]


def test_row_80_a_pod_without_a_proxy_is_reached_in_plaintext_by_itself(databases: Mesh) -> None:
    (pod,) = databases.pods("database")
    assert "istio-proxy" not in {each["name"] for each in pod["spec"]["containers"] + pod["spec"].get("initContainers", [])}  # fmt: skip
    for port, kind in ((5432, "postgres"), (27017, "mongo")):
        assert greeting(databases, "database", port, kind) == "hello shopkeeper"


def test_row_81_where_the_mesh_adds_no_tls_the_clients_own_arrives(databases: Mesh) -> None:
    rule = {"host": "database", "trafficPolicy": {"tls": {"mode": "DISABLE"}}}
    databases.apply(
        {"apiVersion": NETWORKING, "kind": "DestinationRule", "metadata": {"name": "database"}, "spec": rule}
    )
    clusters = databases.lateen("proxy-config", "cluster", "deploy/client", "--fqdn", "database.default.svc.cluster.local", "-o", "json").stdout  # fmt: skip
    assert '"transportSocket' not in clusters
    for port, kind in ((5432, "postgres"), (27017, "mongo")):
        assert greeting(databases, "database", port, kind) == "hello shopkeeper"


def test_row_82_tls_of_a_database_outside_passes_unopened(databases: Mesh) -> None:
    databases.apply(
        {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "istio", "namespace": "istio-system"},
         "data": {"mesh": "outboundTrafficPolicy: {mode: REGISTRY_ONLY}"}}
    )  # fmt: skip
    eventually(lambda: "hello" not in greeting(databases, OUTSIDE, 5432, "mongo"), 10, "nobody outside is known")
    spec = {"hosts": [HOST], "ports": [{"name": "tls", "number": 5432, "protocol": "TLS"}], "location": "MESH_EXTERNAL",
            "resolution": "STATIC", "endpoints": [{"address": OUTSIDE}]}  # fmt: skip
    databases.apply({"apiVersion": NETWORKING, "kind": "ServiceEntry", "metadata": {"name": "database-external"}, "spec": spec})  # fmt: skip
    eventually(lambda: greeting(databases, HOST, 5432, "mongo") == "hello shopkeeper", 10, "the entry")


def test_row_82_a_field_that_there_is_not_is_refused_with_what_to_write(databases: Mesh) -> None:
    done = databases.kubectl("apply", "-f", str(WRONG), check=False)
    assert done.returncode == 1
    told = done.stderr
    assert "spec.tls" in told and "protocol" in told and "PASSTHROUGH" in told, told
