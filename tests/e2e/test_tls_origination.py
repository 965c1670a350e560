"""TLS that proxies begin for applications that speak plain HTTP (row 33), at a real TLS server."""

import base64
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from mesh import ROOT, Mesh, eventually

ADDRESS, HOST = "203.0.113.61", "secure.example.com"
NETWORKING = "networking.istio.io/v1"
MOUNT = "/etc/outside"


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    made = Path(tempfile.mkdtemp(prefix="lateen-origination-"))
    made.chmod(0o755)  # servers run as users of their own
    yield made
    shutil.rmtree(made)


@pytest.fixture(scope="module")
def keys(folder: Path) -> Path:
    """`root.pem`, and what it signed: `server.pem` for the host and `client.pem`, both with their keys in them."""
    _openssl("req", "-x509", *_KEY, "-days", "2", "-subj", "/CN=root", "-keyout", folder / "root.key", "-out", folder / "root.pem")  # fmt: skip
    for name, subject in (("server", HOST), ("client", "a-client")):
        key, request, made = (folder / f"{name}.{kind}" for kind in ("key", "csr", "pem"))
        _openssl("req", *_KEY, "-subj", f"/CN={subject}", "-addext", f"subjectAltName=DNS:{subject}", "-keyout", key, "-out", request)  # fmt: skip
        _openssl("x509", "-req", "-in", request, "-CA", folder / "root.pem", "-CAkey", folder / "root.key", "-copy_extensions", "copy", "-days", "2", "-out", made)  # fmt: skip
    pair = folder / "server-pair.pem"
    pair.write_text((folder / "server.pem").read_text() + (folder / "server.key").read_text())
    return folder


_KEY = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")


def _openssl(*arguments: str | Path) -> None:
    subprocess.run(["openssl", *arguments], check=True, capture_output=True)


@pytest.fixture(scope="module")
def outside(mesh: Mesh, keys: Path) -> Iterator[Mesh]:
    """A server outside the mesh with TLS at 443, and at 8443 for those who have a certificate; two clients, one of
    which has the roots and its certificate mounted at its proxy."""
    mesh.lateen("internal", "add-host", "secure", ADDRESS)
    base = {"NAME": "secure", "CERTIFICATE": str(keys / "server-pair.pem"), "PATH": "/usr/bin:/bin"}
    asked = [{"PORTS": "443=https"}, {"PORTS": "8443=https", "CLIENT_ROOTS": str(keys / "root.pem")}]
    command = ["nsenter", f"--net=/run/netns/lateen-{mesh.name}-secure", "/usr/bin/python3", ROOT / "tests/e2e/apps/echo.py"]  # fmt: skip
    servers = [subprocess.Popen(command, env={**base, **more}) for more in asked]
    try:
        mesh.apply(secret("outside", keys), entry())
        mounted = {"sidecar.istio.io/userVolume": '{"outside": {"secret": {"secretName": "outside"}}}',
                   "sidecar.istio.io/userVolumeMount": f'{{"outside": {{"mountPath": "{MOUNT}", "readOnly": true}}}}'}  # fmt: skip
        mesh.deploy("mounted", annotations=mounted)
        mesh.deploy("named")
        yield mesh
    finally:
        for server in servers:
            server.terminate()
            server.wait()


def secret(name: str, keys: Path) -> dict[str, Any]:
    files = {"tls.crt": "client.pem", "tls.key": "client.key", "ca.crt": "root.pem"}
    data = {key: base64.b64encode((keys / file).read_bytes()).decode() for key, file in files.items()}
    return {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": name}, "type": "kubernetes.io/tls", "data": data}


def entry() -> dict[str, Any]:
    ports = [{"number": 80, "name": "http", "protocol": "HTTP", "targetPort": 443},
             {"number": 81, "name": "http-mutual", "protocol": "HTTP", "targetPort": 8443}]  # fmt: skip
    spec = {"hosts": [HOST], "location": "MESH_EXTERNAL", "resolution": "STATIC", "ports": ports, "endpoints": [{"address": ADDRESS}]}  # fmt: skip
    return {"apiVersion": NETWORKING, "kind": "ServiceEntry", "metadata": {"name": "secure"}, "spec": spec}


def rule(tls: dict[str, Any], **more: Any) -> dict[str, Any]:
    spec = {"host": HOST, "trafficPolicy": {"tls": tls}, **more}
    return {"apiVersion": NETWORKING, "kind": "DestinationRule", "metadata": {"name": "secure"}, "spec": spec}


def get(mesh: Mesh, client: str, port: int = 80) -> tuple[int, Any]:
    return mesh.call(client, f"http://{HOST}:{port}/", "--connect-to", f"::{ADDRESS}:")


def seen(mesh: Mesh, client: str, port: int = 80) -> Any:
    """What the server saw, as soon as a client gets through."""
    return eventually(lambda: (found := get(mesh, client, port))[0] == 200 and found[1], 10)


def test_row_33_simple_tls_is_begun_by_the_proxy_and_the_server_is_checked(outside: Mesh) -> None:
    outside.apply(rule({"mode": "SIMPLE", "caCertificates": f"{MOUNT}/ca.crt", "sni": HOST, "subjectAltNames": [HOST]}))
    found = seen(outside, "mounted")
    assert (found["port"], found["sni"], found["certificate"]) == (443, HOST, None)
    outside.apply(
        rule({"mode": "SIMPLE", "caCertificates": f"{MOUNT}/ca.crt", "subjectAltNames": ["other.example.com"]})
    )
    eventually(lambda: get(outside, "mounted")[0] == 503, 10, "another name to be refused")
    outside.apply(rule({"mode": "SIMPLE"}))
    eventually(lambda: get(outside, "named")[0] == 503, 10, "roots that the system does not have to be refused")
    outside.apply(rule({"mode": "SIMPLE", "insecureSkipVerify": True}))
    assert seen(outside, "named")["sni"] == HOST


def test_row_33_mutual_tls_with_a_certificate_in_files(outside: Mesh) -> None:
    files = {"clientCertificate": f"{MOUNT}/tls.crt", "privateKey": f"{MOUNT}/tls.key", "caCertificates": f"{MOUNT}/ca.crt"}  # fmt: skip
    outside.apply(rule({"mode": "MUTUAL", **files}))
    assert subject(seen(outside, "mounted", 81)) == "a-client"


def test_row_33_mutual_tls_with_a_secret_for_those_that_the_rule_selects(outside: Mesh, keys: Path) -> None:
    selected = {"matchLabels": {"app": "named"}}
    outside.apply(rule({"mode": "MUTUAL", "credentialName": "outside"}, workloadSelector=selected, exportTo=["."]))
    assert subject(seen(outside, "named", 81)) == "a-client"
    held = outside.lateen("proxy-config", "cluster", "deploy/named", "--fqdn", HOST, "-o", "json").stdout
    assert "kubernetes://outside" in held and "PRIVATE KEY" not in held
    outside.delete(secret("outside", keys))
    outside.apply(rule({"mode": "MUTUAL", "credentialName": "nowhere"}, workloadSelector=selected, exportTo=["."]))
    eventually(lambda: get(outside, "named", 81)[0] == 503, 10, "nothing goes out without a certificate")


def subject(found: Any) -> str:
    return str(dict(part[0] for part in found["certificate"]["subject"])["commonName"])
