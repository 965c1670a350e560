"""Bad input at the edge: certificates that cannot be shown, listeners in conflict, classes of nobody and policies that
cannot be honoured. The status says so, what is right keeps serving, and nothing falls open."""

import base64
import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from mesh import Mesh, eventually

Raw = dict[str, Any]
GROUP = "gateway.networking.k8s.io/v1"
HOSTS = ("good", "missing", "malformed", "unfit")
Conditions = dict[str, tuple[str, str]]


def api(kind: str, name: str, spec: Raw) -> Raw:
    return {"apiVersion": GROUP, "kind": kind, "metadata": {"name": name}, "spec": spec}


def https(name: str) -> Raw:
    tls = {"certificateRefs": [{"name": name}]}
    return {"name": name, "hostname": f"{name}.example.com", "port": 443, "protocol": "HTTPS", "tls": tls}


def gateway(name: str = "edge", of_class: str = "istio", *more: Raw) -> Raw:
    plain = {"name": "plain", "port": 80, "protocol": "HTTP"}
    conflict = {"name": "conflict", "port": 80, "protocol": "TCP"}
    unknown = {"name": "unknown", "port": 8081, "protocol": "example.com/odd"}
    listeners = [plain, *map(https, HOSTS), conflict, unknown, *more]
    return api("Gateway", name, {"gatewayClassName": of_class, "listeners": listeners})


def route(name: str, prefix: str) -> Raw:
    match = [{"path": {"type": "PathPrefix", "value": prefix}}]
    rule = {"matches": match, "backendRefs": [{"name": name, "port": 8080}]}
    return api("HTTPRoute", name, {"parentRefs": [{"name": "edge"}], "rules": [rule]})


def policy(authorities: str) -> Raw:
    check = {"caCertificateRefs": [{"group": "", "kind": "ConfigMap", "name": authorities}], "hostname": "guarded"}
    target = {"group": "", "kind": "Service", "name": "guarded"}
    return api("BackendTLSPolicy", "guarded", {"targetRefs": [target], "validation": check})


class Pairs:
    """Certificates and keys, each made when it is first asked for."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def secret(self, name: str, certificate: str, key: str) -> Raw:
        """A Secret with the certificate of one pair and the key of another."""
        data = {"tls.crt": self._made(certificate).with_suffix(".crt"), "tls.key": self._made(key)}
        return secret(name, **{each: file.read_bytes() for each, file in data.items()})

    def _made(self, name: str) -> Path:
        key = self._folder / f"{name}.key"
        if not key.exists():
            subprocess.run(
                ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
                 "-subj", f"/CN={name}", "-keyout", key, "-out", key.with_suffix(".crt")],
                check=True, capture_output=True,
            )  # fmt: skip
        return key


def secret(name: str, **data: bytes) -> Raw:
    encoded = {key: base64.b64encode(value).decode() for key, value in data.items()}
    meta = {"name": name, "namespace": "default"}
    return {"apiVersion": "v1", "kind": "Secret", "metadata": meta, "type": "kubernetes.io/tls", "data": encoded}


@pytest.fixture(scope="module")
def pairs(tmp_path_factory: pytest.TempPathFactory) -> Pairs:
    return Pairs(tmp_path_factory.mktemp("pairs"))


@pytest.fixture(scope="module")
def edge(mesh: Mesh, pairs: Pairs) -> Mesh:
    broken = secret("malformed", **{"tls.crt": b"not PEM", "tls.key": b"not PEM either"})
    mesh.apply(pairs.secret("good", "one", "one"), broken, pairs.secret("unfit", "one", "other"))
    mesh.apply(gateway(), route("shop", "/"))
    mesh.deploy("shop")
    mesh.deploy("guarded", inject=False)
    mesh.deploy("client", inject=False)
    eventually(lambda: answer(mesh, "/") == 200, 40, "the listener that is right")
    return mesh


def answer(mesh: Mesh, path: str, host: str = "any.example.com", port: int = 80) -> int:
    """The status of a call of the gateway, 0 where there is none."""
    address = mesh.get("service", "edge-istio")["spec"]["clusterIP"]
    scheme = "https" if port == 443 else "http"
    resolved = ("-k", "--resolve", f"{host}:{port}:{address}")
    return mesh.call("client", f"{scheme}://{host}:{port}{path}", *resolved)[0]


def secure(mesh: Mesh, name: str) -> int:
    return answer(mesh, "/", f"{name}.example.com", 443)


def said(conditions: list[Raw]) -> Conditions:
    return {one["type"]: (one["status"], one["reason"]) for one in conditions}


def status(mesh: Mesh, name: str = "edge") -> Raw:
    found = mesh.kubectl("get", "gateways.gateway.networking.k8s.io", name, "-o", "json").stdout
    return dict(json.loads(found).get("status") or {})


def listener(mesh: Mesh, name: str) -> Raw:
    return next(one for one in status(mesh)["listeners"] if one["name"] == name)


def message(mesh: Mesh, name: str, condition: str) -> str:
    return next(str(one["message"]) for one in listener(mesh, name)["conditions"] if one["type"] == condition)


def programmed(mesh: Mesh, name: str) -> bool:
    return said(listener(mesh, name)["conditions"])["Programmed"] == ("True", "Programmed")


def test_certificates_that_cannot_be_shown_are_said_and_close_their_listener_alone(edge: Mesh) -> None:
    eventually(lambda: programmed(edge, "good") and programmed(edge, "plain"), 20, "those that are right")
    for name, why in (
        ("missing", "there is no Secret default/missing"),
        ("malformed", "Secret default/malformed holds no certificate and key in PEM"),
        ("unfit", "the key of Secret default/unfit is not that of its certificate"),
    ):
        found = said(listener(edge, name)["conditions"])
        assert found["ResolvedRefs"] == ("False", "InvalidCertificateRef"), name
        assert found["Programmed"] == ("False", "Invalid"), name
        assert why in message(edge, name, "ResolvedRefs")
        assert secure(edge, name) == 0, "no certificate is shown, not that of another listener either"
    assert (secure(edge, "good"), answer(edge, "/")) == (200, 200)
    assert said(status(edge)["conditions"])["Programmed"] == ("True", "Programmed")


def test_of_listeners_in_conflict_the_first_serves(edge: Mesh) -> None:
    found = said(listener(edge, "conflict")["conditions"])
    assert found["Conflicted"] == ("True", "ProtocolConflict")
    assert found["Programmed"] == ("False", "ProtocolConflict")
    assert said(listener(edge, "unknown")["conditions"])["Accepted"] == ("False", "UnsupportedProtocol")
    assert said(status(edge)["conditions"])["Accepted"] == ("True", "ListenersNotValid")
    assert programmed(edge, "plain") and answer(edge, "/") == 200


def test_two_listeners_for_one_host_of_a_port_are_refused_at_once(edge: Mesh) -> None:
    twin = gateway("edge", "istio", {"name": "twin", "port": 80, "protocol": "HTTP"})
    refused = edge.kubectl("apply", "-f", "-", stdin=json.dumps(twin), check=False)
    assert "Combination of port, protocol and hostname must be unique" in refused.stderr
    assert answer(edge, "/") == 200


def test_a_secret_that_is_mended_is_served_and_one_that_breaks_is_not(edge: Mesh, pairs: Pairs) -> None:
    edge.apply(pairs.secret("unfit", "other", "other"))
    eventually(lambda: programmed(edge, "unfit") and secure(edge, "unfit") == 200, 10, "the mended secret")
    edge.apply(pairs.secret("unfit", "other", "one"))
    eventually(lambda: not programmed(edge, "unfit") and secure(edge, "unfit") == 0, 10, "the broken secret")
    assert (secure(edge, "good"), answer(edge, "/")) == (200, 200)


def test_a_class_of_nobody_gets_no_proxy(edge: Mesh) -> None:
    edge.apply(gateway("stray", "nobodys"), gateway("later"))
    eventually(lambda: status(edge, "later").get("addresses"), 20, "the gateway that came with it is looked after")
    assert not any("stray" in one["metadata"]["name"] for one in edge.get("deployments") + edge.get("services"))
    assert {one["status"] for one in status(edge, "stray")["conditions"]} == {"Unknown"}
    edge.delete(gateway("stray", "nobodys"), gateway("later"))


def test_a_policy_that_cannot_be_honoured_closes_its_backend_alone(edge: Mesh) -> None:
    edge.apply(route("guarded", "/guarded"))
    eventually(lambda: answer(edge, "/guarded") == 200, 10, "the backend as it is without a policy")
    edge.apply(policy("gone"))
    eventually(lambda: answer(edge, "/guarded") == 503, 10, "nobody is spoken to")

    def refused(why: str) -> bool:
        found = json.loads(edge.kubectl("get", "backendtlspolicy", "guarded", "-o", "json").stdout)["status"]
        conditions = found["ancestors"][0]["conditions"]
        told = next(str(one["message"]) for one in conditions if one["type"] == "ResolvedRefs")
        reasons = {"Accepted": ("False", "NoValidCACertificate"), "ResolvedRefs": ("False", "InvalidCACertificateRef")}
        return said(conditions) == reasons and why in told

    eventually(lambda: refused("there is no ConfigMap default/gone"), 10, "its status")
    meta = {"name": "gone", "namespace": "default"}
    edge.apply({"apiVersion": "v1", "kind": "ConfigMap", "metadata": meta, "data": {"ca.crt": "not PEM"}})
    eventually(lambda: refused("has no certificate in PEM under ca.crt"), 10, "its status")
    assert answer(edge, "/guarded") == 503
    assert (answer(edge, "/"), secure(edge, "good")) == (200, 200)
