"""The mesh's edge by HTTPS: certificates from Secrets, clients with certificates, redirects (rows 34, 103 to 106)."""

import base64
import json
import subprocess
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from mesh import Mesh, eventually

NETWORKING, SYSTEM = "networking.istio.io/v1", "istio-system"
API, OTHER = "api.example.com", "other.example.com"
_EC = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")
_RSA = ("-newkey", "rsa:2048", "-nodes")


class Keys:
    """Certificates of one root, in a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.root = folder / "root.pem"
        _openssl("req", "-x509", *_EC, "-days", "2", "-subj", "/CN=root", "-keyout", folder / "root.key", "-out", self.root)  # fmt: skip

    def issue(self, name: str, host: str, key: tuple[str, ...] = _EC) -> tuple[Path, Path]:
        """A certificate for a host, and its key."""
        certificate, private, request = (self.folder / f"{name}.{kind}" for kind in ("pem", "key", "csr"))
        _openssl("req", *key, "-subj", f"/CN={name}", "-addext", f"subjectAltName=DNS:{host}", "-keyout", private, "-out", request)  # fmt: skip
        _openssl("x509", "-req", "-in", request, "-CA", self.root, "-CAkey", self.folder / "root.key", "-copy_extensions", "copy", "-days", "2", "-out", certificate)  # fmt: skip
        return certificate, private

    def secret(self, name: str, pair: tuple[Path, Path] | None, roots: bool = False) -> dict[str, Any]:
        files = dict(zip(("tls.crt", "tls.key"), pair or (), strict=False)) | ({"ca.crt": self.root} if roots else {})
        data = {key: base64.b64encode(file.read_bytes()).decode() for key, file in files.items()}
        return {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": name, "namespace": SYSTEM}, "data": data}


def _openssl(*arguments: str | Path) -> None:
    subprocess.run(["openssl", *arguments], check=True, capture_output=True)


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Keys:
    return Keys(tmp_path_factory.mktemp("keys"))


def gateway(name: str, *servers: dict[str, Any]) -> dict[str, Any]:
    spec = {"selector": {"istio": "ingressgateway"}, "servers": list(servers)}
    return {"apiVersion": NETWORKING, "kind": "Gateway", "metadata": {"name": name, "namespace": SYSTEM}, "spec": spec}


def https(host: str, **tls: Any) -> dict[str, Any]:
    return {
        "port": {"number": 443, "name": f"https-{host.split('.')[0]}", "protocol": "HTTPS"},
        "hosts": [host],
        "tls": tls,
    }


def plain(host: str, **more: Any) -> dict[str, Any]:
    return {"port": {"number": 80, "name": "http", "protocol": "HTTP"}, "hosts": [host], **more}


ORDERS, PRODUCTS = ({"destination": {"host": f"{name}-service", "port": {"number": port}}}
                    for name, port in (("order", 5000), ("product", 4000)))  # fmt: skip
ROUTES = {
    "apiVersion": NETWORKING, "kind": "VirtualService", "metadata": {"name": "api-routes"},
    "spec": {"hosts": [API, OTHER], "gateways": [f"{SYSTEM}/api-gateway"],
             "http": [{"match": [{"uri": {"prefix": "/api/v1/orders"}}], "route": [ORDERS]},
                      {"match": [{"uri": {"prefix": "/api/v1/products"}}], "route": [PRODUCTS]}]},
}  # fmt: skip


@pytest.fixture(scope="module")
def edge(mesh: Mesh, keys: Keys) -> Mesh:
    """Two services behind routes of a Gateway that each test makes."""
    mesh.deploy("order-service", ports="5000=http")
    mesh.deploy("product-service", ports="4000=http")
    mesh.apply(ROUTES, keys.secret("api-tls-secret", keys.issue("first", API)))
    return mesh


@pytest.fixture
def serve(edge: Mesh) -> Iterator[Any]:
    """Applies the Gateway of a test."""

    def apply(*servers: dict[str, Any]) -> None:
        edge.apply(gateway("api-gateway", *servers))

    yield apply
    edge.delete(gateway("api-gateway", plain("*")))


def ask(mesh: Mesh, keys: Keys, host: str, path: str = "/api/v1/orders/1", *more: str | Path) -> tuple[int, str]:
    """GET by HTTPS: the status (0 = none), and the service that answered or what curl says."""
    at = f"{host}:{mesh.secure_port}"
    command = ["curl", "-sS", "-m", "5", "--resolve", f"{at}:127.0.0.1", "--cacert", keys.root, "-w", "\n%{http_code}"]
    done = subprocess.run([*command, *more, f"https://{at}{path}"], capture_output=True, text=True)
    body, _, status = done.stdout.rpartition("\n")
    try:
        return int(status), str(json.loads(body)["name"])
    except (ValueError, KeyError):
        return int(status or 0), body + done.stderr


def certificate(mesh: Mesh, host: str, *more: str) -> str:
    """The subject of the certificate that is shown to clients who ask for a host."""
    command = ["openssl", "s_client", "-connect", f"127.0.0.1:{mesh.secure_port}", "-servername", host, *more]
    shown = subprocess.run(command, input="", capture_output=True, text=True, timeout=10)
    return next((line for line in shown.stdout.splitlines() if line.startswith("subject=")), "")


def test_rows_103_and_105_the_certificate_is_the_secrets_and_paths_lead_to_services(edge: Mesh, keys: Keys, serve: Any) -> None:  # fmt: skip
    serve(https(API, mode="SIMPLE", credentialName="api-tls-secret"))
    eventually(lambda: ask(edge, keys, API) == (200, "order-service"), 10, "HTTPS")
    assert ask(edge, keys, API, "/api/v1/products/7") == (200, "product-service")
    assert ask(edge, keys, API, "/else")[0] == 404
    assert "first" in certificate(edge, API)
    assert certificate(edge, OTHER) == "", "another server name is refused"


def test_row_106_the_routes_of_a_gateway_are_not_the_meshs(edge: Mesh, keys: Keys, serve: Any) -> None:
    serve(https(API, mode="SIMPLE", credentialName="api-tls-secret"))
    eventually(lambda: ask(edge, keys, API)[0] == 200, 10, "HTTPS")
    assert ask(edge, keys, API, "/api/v1/products/7")[0] == 200
    status, answer = edge.call("order-service", "http://product-service:4000/api/v1/orders/1")
    assert (status, answer["name"]) == (200, "product-service"), "asked from inside, the path does not count"


def test_row_34_a_new_certificate_is_served_without_a_failed_call(edge: Mesh, keys: Keys, serve: Any) -> None:
    serve(https(API, mode="SIMPLE", credentialName="api-tls-secret"))
    eventually(lambda: ask(edge, keys, API)[0] == 200, 10, "HTTPS")
    pod = edge.pod("istio-ingressgateway", SYSTEM)
    edge.apply(keys.secret("api-tls-secret", keys.issue("second", API)))
    calls = []

    def renewed() -> bool:
        calls.append(ask(edge, keys, API)[0])
        return "second" in certificate(edge, API)

    eventually(renewed, 10, "the new certificate")
    assert set(calls) == {200}
    assert edge.pod("istio-ingressgateway", SYSTEM) == pod


def test_row_103_a_missing_secret_leaves_other_servers_alone_and_is_served_when_it_comes(edge: Mesh, keys: Keys, serve: Any) -> None:  # fmt: skip
    serve(
        https(API, mode="SIMPLE", credentialName="api-tls-secret"), https(OTHER, mode="SIMPLE", credentialName="late")
    )
    eventually(lambda: ask(edge, keys, API)[0] == 200, 25, "the server that has its secret")
    assert ask(edge, keys, OTHER)[0] == 0
    edge.apply(keys.secret("late", keys.issue("late", OTHER)))
    eventually(lambda: ask(edge, keys, OTHER)[0] == 200, 10, "the late secret")


def test_clients_without_an_accepted_certificate_are_refused(edge: Mesh, keys: Keys, serve: Any) -> None:
    own = {"credentialName": "api-tls-secret", "caCertCredentialName": "clients"}
    edge.apply(keys.secret("clients", None, roots=True))
    serve(https(API, mode="MUTUAL", subjectAltNames=["known.example.com"], **own))
    known, stranger = (keys.issue(name, f"{name}.example.com") for name in ("known", "stranger"))

    def present(pair: tuple[Path, Path]) -> tuple[str | Path, ...]:
        return ("--cert", pair[0], "--key", pair[1])

    eventually(lambda: ask(edge, keys, API, "/api/v1/orders/1", *present(known))[0] == 200, 10, "a known client")
    assert ask(edge, keys, API)[0] == 0
    assert ask(edge, keys, API, "/api/v1/orders/1", *present(stranger))[0] == 0
    serve(https(API, mode="OPTIONAL_MUTUAL", **own))
    eventually(lambda: ask(edge, keys, API)[0] == 200, 10, "a client without a certificate")
    assert ask(edge, keys, API, "/api/v1/orders/1", *present(stranger))[0] == 200
    foreign = Keys(keys.folder / "foreign") if (keys.folder / "foreign").mkdir() is None else keys
    assert ask(edge, keys, API, "/api/v1/orders/1", *present(foreign.issue("known", "known.example.com")))[0] == 0


def test_a_server_may_have_a_certificate_for_each_type_of_key(edge: Mesh, keys: Keys, serve: Any) -> None:
    edge.apply(keys.secret("rsa", keys.issue("rsa", API, _RSA)), keys.secret("ecdsa", keys.issue("ecdsa", API)))
    serve(https(API, mode="SIMPLE", credentialNames=["rsa", "ecdsa"], maxProtocolVersion="TLSV1_2"))
    old = ("-tls1_2", "-cipher", "ECDHE-RSA-AES128-GCM-SHA256")
    eventually(lambda: "rsa" in certificate(edge, API, *old), 10, "RSA")
    assert "ecdsa" in certificate(edge, API, "-tls1_2", "-cipher", "ECDHE-ECDSA-AES128-GCM-SHA256")
    assert certificate(edge, API, "-tls1_3") == ""


def test_row_104_http_is_sent_to_https(edge: Mesh, keys: Keys, serve: Any) -> None:
    serve(plain(API, tls={"httpsRedirect": True}), https(API, mode="SIMPLE", credentialName="api-tls-secret"))

    def answer() -> tuple[int, str]:
        request = urllib.request.Request(f"{edge.gateway}/api/v1/orders/1", headers={"Host": API})
        try:
            with urllib.request.build_opener(Stay).open(request, timeout=5) as found:
                return found.status, ""
        except urllib.error.HTTPError as error:
            return error.code, error.headers.get("location", "")
        except OSError:
            return 0, ""

    eventually(lambda: answer() == (301, f"https://{API}/api/v1/orders/1"), 10, "the redirect")


class Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:
        return None
