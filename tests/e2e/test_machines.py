"""Mesh expansion: a database on a machine that is no pod, joined by WorkloadGroup and WorkloadEntry (row 27)."""

import asyncio
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from mesh import LATEEN, Mesh, eventually

from lateen.runtime.mariadb import MariaDb

ADDRESS = "203.0.113.51"
HOST = "mysqldb.vm.svc.cluster.local"


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    made = Path(tempfile.mkdtemp(prefix="lateen-machine-"))
    made.chmod(0o755)  # the database runs as a user of its own
    yield made
    shutil.rmtree(made)


@pytest.fixture(scope="module")
def expanded(mesh: Mesh, folder: Path) -> Iterator[Mesh]:
    """A mesh with a client, and a machine outside with a database that has joined it."""
    mesh.lateen("internal", "add-host", "mysqldb", ADDRESS)
    netns = Path(f"/run/netns/lateen-{mesh.name}-mysqldb")
    with asyncio.Runner() as runner:
        server = MariaDb(folder / "db", netns, ADDRESS)
        runner.run(_filled(server))
        proxy = None
        try:
            proxy = _join(mesh, folder, netns)
            mesh.deploy("ratings", account="bookinfo-ratings")
            yield mesh
        finally:
            if proxy is not None:
                proxy.terminate()
                proxy.wait(20)
            runner.run(server.stop())


async def _filled(server: MariaDb) -> None:
    await server.start()
    await server.admin("CREATE USER 'reader'@'%' IDENTIFIED BY 'demo-only'")


def _join(mesh: Mesh, folder: Path, netns: Path) -> subprocess.Popen[bytes]:
    """Follow the steps of the documents: a group, an entry, the proxy on the machine."""
    for kind, name in (("Namespace", "vm"), ("ServiceAccount", "mysqldb")):
        mesh.apply(
            {"apiVersion": "v1", "kind": kind, "metadata": {"name": name}},
            namespace="vm" if name != "vm" else "default",
        )
    port = {"name": "mysql", "port": 3306}
    spec = {"selector": {"app": "mysqldb"}, "ports": [port]}
    mesh.apply({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "mysqldb"}, "spec": spec}, namespace="vm")
    group = ["--name", "mysqldb", "-n", "vm", "-l", "app=mysqldb", "-s", "mysqldb", "-p", "mysql=3306"]
    made = folder / "group.yaml"
    made.write_text(mesh.lateen("x", "workload", "group", "create", *group).stdout)
    mesh.kubectl("apply", "-f", str(made))
    options = ["-f", str(made), "-o", str(folder / "machine"), "--externalIP", ADDRESS, "--name", "mysqldb-1"]
    mesh.lateen("x", "workload", "entry", "configure", *options)
    mesh.kubectl("apply", "-f", str(folder / "machine" / "workload-entry.yaml"))
    command = ["nsenter", f"--net={netns}", str(LATEEN), "x", "workload", "entry", "run", str(folder / "machine")]
    with (folder / "proxy.log").open("wb") as log:
        return subprocess.Popen(command, stdout=log, stderr=log, env=mesh.env)


def ask(mesh: Mesh, host: str = HOST) -> str:
    client = ["mariadb", "--no-defaults", "--batch", "--skip-column-names", f"--host={host}", "--connect-timeout=3"]
    login = ["--user=reader", "--password=demo-only", "--skip-ssl"]
    return mesh.inside(mesh.pods("ratings")[0], *client, *login, "-e", "select 6 * 7").stdout.strip()


def strict(mesh: Mesh, mode: str) -> None:
    mesh.apply(
        {
            "apiVersion": "security.istio.io/v1",
            "kind": "PeerAuthentication",
            "metadata": {"name": "default"},
            "spec": {"mtls": {"mode": mode}},
        },
        namespace="vm",
    )


def test_row_27_a_machine_is_reached_by_its_services_name_with_mutual_tls(expanded: Mesh, folder: Path) -> None:
    def told() -> str:
        return (folder / "proxy.log").read_text(errors="replace")

    try:
        eventually(lambda: ask(expanded) == "42", 20, "an answer")
    except AssertionError as error:
        raise AssertionError(f"{error}\n{told()}\n{expanded.tail()}") from error
    strict(expanded, "STRICT")
    eventually(lambda: plain(expanded) == "", 5, "plaintext refused")
    assert ask(expanded) == "42"
    eventually(lambda: f"outbound_.3306_._.{HOST}" in told(), 10, "mesh TLS in the machine's own log")
    assert expanded.get("serviceentry") == [] == expanded.get("serviceentry", namespace="vm")
    status = expanded.lateen("proxy-status").stdout
    assert "mysqldb-1.vm" in status


def test_the_identity_is_the_entrys_and_clients_ask_for_it(expanded: Mesh) -> None:
    found = expanded.lateen("proxy-config", "cluster", "deploy/ratings", "--fqdn", HOST, "-o", "json").stdout
    assert "spiffe://cluster.local/ns/vm/sa/mysqldb" in found


def test_a_machine_that_is_not_healthy_is_not_sent_to(expanded: Mesh) -> None:
    name = f"outbound|3306||{HOST}"

    def endpoints() -> list[str]:
        table = expanded.lateen("proxy-config", "endpoint", "deploy/ratings", "--cluster", name).stdout
        return [row.split()[0] for row in table.splitlines()[1:]]

    assert endpoints() == [f"{ADDRESS}:3306"]
    patch = '{"status": {"conditions": [{"type": "Healthy", "status": "%s"}]}}'
    command = ["patch", "workloadentry", "mysqldb-1", "-n", "vm", "--subresource=status", "--type=merge", "-p"]
    expanded.kubectl(*command, patch % "False")
    eventually(lambda: endpoints() == [], 5, "taken out")
    expanded.kubectl(*command, patch % "True")
    eventually(lambda: endpoints() == [f"{ADDRESS}:3306"], 5, "back")


def plain(mesh: Mesh) -> str:
    """What the database says first to somebody outside the mesh."""
    program = f"import socket; print(socket.create_connection(('{ADDRESS}', 3306), 3).recv(64)[:1])"
    netns = f"--net=/run/netns/lateen-{mesh.name}-other"
    if not Path(netns.removeprefix("--net=")).exists():
        mesh.lateen("internal", "add-host", "other", "203.0.113.52")
    done = subprocess.run(
        ["nsenter", netns, "/usr/bin/python3", "-c", program], capture_output=True, text=True, timeout=15
    )
    return done.stdout.strip().removeprefix("b''")


def test_the_machine_knows_services_by_their_names(expanded: Mesh) -> None:
    """Its own resolvers know nothing of them. What asks is no user of the proxy's."""
    program = "import socket; print(socket.gethostbyname('kubernetes.default.svc.cluster.local'))"
    netns = f"--net=/run/netns/lateen-{expanded.name}-mysqldb"
    command = ["nsenter", netns, "-S", "65534", "-G", "65534", "/usr/bin/python3", "-c", program]
    known = eventually(lambda: subprocess.run(command, capture_output=True, text=True, timeout=15).stdout.strip(), 10)
    assert known == expanded.get("service", "kubernetes")["spec"]["clusterIP"]
