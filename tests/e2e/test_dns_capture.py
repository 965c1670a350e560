"""Names of the mesh, answered in the pod: databases on one port told apart by name (rows 20 and 21)."""

import asyncio
import json
import os
import shutil
import signal
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from mesh import Mesh, eventually

from lateen.runtime.mariadb import MariaDb

DATABASES = {"one": "203.0.113.51", "two": "203.0.113.52"}
OFF = {"proxy.istio.io/config": 'proxyMetadata: {ISTIO_META_DNS_CAPTURE: "false"}'}
LOOK_UP = """
import sys, dns.exception, dns.message, dns.query, dns.rcode, dns.rdatatype
name, kind, how = sys.argv[1:]
(server,) = [line.split()[1] for line in open("/etc/resolv.conf") if line.startswith("nameserver")]
answer = getattr(dns.query, how)(dns.message.make_query(name, kind), server, 6)
print(dns.rcode.to_text(answer.rcode()), *sorted(str(one) for each in answer.answer for one in each))
"""


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    made = Path(tempfile.mkdtemp(prefix="lateen-names-"))
    made.chmod(0o755)  # databases run as users of their own
    yield made
    shutil.rmtree(made)


@pytest.fixture(scope="module")
def databases(mesh: Mesh, folder: Path) -> Iterator[Mesh]:
    """Two databases outside the mesh, each of which knows its name; a client that captures names and one that does not."""
    servers = []
    with asyncio.Runner() as runner:
        try:
            for name, ip in DATABASES.items():
                mesh.lateen("internal", "add-host", name, ip)
                servers.append(MariaDb(folder / name, Path(f"/run/netns/lateen-{mesh.name}-{name}"), ip))
                runner.run(servers[-1].start())
                sql = f"CREATE DATABASE shop; CREATE TABLE shop.who AS SELECT '{name}' AS name; CREATE USER app IDENTIFIED BY 'secret'; GRANT SELECT ON shop.* TO app;"  # fmt: skip
                runner.run(servers[-1].admin(sql))
            mesh.apply(*(entry(name, ip) for name, ip in DATABASES.items()))
            mesh.deploy("client")
            mesh.deploy("plain", annotations=OFF)
            yield mesh
        finally:
            for server in servers:
                runner.run(server.stop())


def entry(name: str, ip: str) -> dict[str, Any]:
    spec = {"hosts": [f"{name}.db.example.com"], "location": "MESH_EXTERNAL", "resolution": "STATIC",
            "ports": [{"name": "tcp", "number": 3306, "protocol": "TCP"}], "endpoints": [{"address": ip}]}  # fmt: skip
    return {"apiVersion": "networking.istio.io/v1", "kind": "ServiceEntry", "metadata": {"name": name}, "spec": spec}


def who(mesh: Mesh, host: str, client: str = "client") -> str:
    """Which database answers at a host."""
    argv = ["--no-defaults", "--batch", "--skip-column-names", "--user=app", "--password=secret", "--connect-timeout=5"]
    sql = "SELECT name FROM shop.who"
    done = mesh.inside(mesh.pods(client)[0], "/usr/bin/mariadb", *argv, f"--host={host}", "-e", sql)
    return done.stdout.strip() or done.stderr.strip()


def look_up(mesh: Mesh, name: str, kind: str = "A", how: str = "udp", client: str = "client") -> list[str]:
    """The answer's code and values."""
    done = mesh.inside(mesh.pods(client)[0], sys.executable, "-c", LOOK_UP, name, kind, how)
    assert not done.returncode, done.stderr
    return done.stdout.split()


def allocated(mesh: Mesh, name: str) -> list[str]:
    """The IPv4 addresses of an entry's status."""
    found = mesh.get("serviceentry", name).get("status", {}).get("addresses", [])
    return [one["value"] for one in found if "." in one["value"]]


def test_row_21_two_databases_on_one_port_are_told_apart_by_name(databases: Mesh) -> None:
    for name in DATABASES:
        eventually(lambda name=name: who(databases, f"{name}.db.example.com") == name, 10, f"database {name}")
    assert allocated(databases, "one") != allocated(databases, "two")
    assert look_up(databases, "one.db.example.com") == ["NOERROR", *allocated(databases, "one")]
    assert allocated(databases, "one")[0].startswith("240.240.")


def test_row_20_without_capture_entries_that_differ_in_hosts_only_are_one(databases: Mesh) -> None:
    answers = {eventually(lambda ip=ip: who(databases, ip, "plain"), 10) for ip in DATABASES.values()}
    assert answers == {"one"}, "the oldest entry has the port, whatever address was meant"
    assert look_up(databases, "one.db.example.com", client="plain")[0] != "NOERROR"


def test_a_new_entry_is_known_by_name_without_a_restart(databases: Mesh) -> None:
    new = entry("three", DATABASES["two"])
    databases.apply(new)
    eventually(lambda: who(databases, "three.db.example.com") == "two", 5, "the new name")
    databases.delete(new)
    eventually(lambda: look_up(databases, "three.db.example.com")[0] != "NOERROR", 5, "the name to go")


@pytest.mark.parametrize("how", ["udp", "tcp"])
def test_services_are_known_by_short_names_and_others_are_asked_for(databases: Mesh, how: str) -> None:
    (address,) = [databases.get("service", "client")["spec"]["clusterIP"]]
    for name in ("client", "client.default", "client.default.svc", "client.default.svc.cluster.local"):
        assert look_up(databases, name, how=how) == ["NOERROR", address], name
    assert look_up(databases, "client.default.default.svc.cluster.local", how=how) == ["NOERROR", address, "client.default."]  # fmt: skip
    assert look_up(databases, "client", "AAAA", how) == ["NOERROR"]
    assert look_up(databases, "nobody.default.svc.cluster.local", how=how) == ["NXDOMAIN"]
    reverse = ".".join([*reversed(address.split(".")), "in-addr.arpa"])
    assert look_up(databases, reverse, "PTR", how) == ["NOERROR", "client.default.svc.cluster.local."]


def test_names_and_addresses_outlive_the_control_plane(databases: Mesh) -> None:
    before = {name: allocated(databases, name) for name in DATABASES}
    status = json.loads(databases.lateen("status", "-o", "json").stdout)
    pid = status["processes"]["istiod"]
    os.kill(pid, signal.SIGKILL)
    assert who(databases, "two.db.example.com") == "two"
    new = entry("four", DATABASES["one"])
    databases.apply(new)
    eventually(lambda: who(databases, "four.db.example.com") == "one", 30, "a name that came after the restart")
    assert {name: allocated(databases, name) for name in DATABASES} == before
    assert who(databases, "one.db.example.com") == "one"
    databases.delete(new)


def test_an_excluded_port_is_not_captured(databases: Mesh) -> None:
    databases.deploy("direct", annotations={"traffic.sidecar.istio.io/excludeOutboundPorts": "53"})
    assert look_up(databases, "one.db.example.com", client="direct")[0] != "NOERROR"


def test_pods_of_a_headless_service_have_names_of_their_own(databases: Mesh) -> None:
    ports = [{"name": "http", "port": 8080}]
    service = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "peers"},
               "spec": {"clusterIP": "None", "selector": {"app": "peers"}, "ports": ports}}  # fmt: skip
    container = {"name": "echo", "image": "test/echo", "env": [{"name": "PORTS", "value": "8080=http"}],
                 "readinessProbe": {"tcpSocket": {"port": 8080}}}  # fmt: skip
    pods = [{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": f"peer-{name}", "labels": {"app": "peers"}},
             "spec": {"hostname": name, "subdomain": "peers", "containers": [container]}} for name in ("a", "b")]  # fmt: skip
    databases.apply(service, *pods)
    eventually(lambda: len(look_up(databases, "peers")) == 3, 30, "two ready pods")
    for name in ("a", "b"):
        address = databases.get("pod", f"peer-{name}")["status"]["podIP"]
        assert look_up(databases, f"{name}.peers.default") == ["NOERROR", address]
    databases.delete(service, *pods)
    eventually(lambda: look_up(databases, "a.peers.default")[0] != "NOERROR", 30, "the names to go")
