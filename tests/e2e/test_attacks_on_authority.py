"""Attacks on those who say who is who: the mesh's authority, and the keys of token issuers.

Proved elsewhere: certificates of others and of former days at a proxy (`test_certificates.py`), agents of other machines
and proxies of other namespaces (`test_proxy_identity.py`), tokens at a proxy and keys at inner addresses
(`test_request_authentication.py`).
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from issuers import ME, Provider
from mesh import ROOT, Mesh, eventually
from tokens import Issuer

from lateen.base.clock import SystemClock
from lateen.identity.certificate import expires_at, identity_of, load_chain
from lateen.identity.keys import make_request, new_key
from lateen.server.pki_files import read_files

CLIENT, ADMIN = "spiffe://cluster.local/ns/default/sa/client", "spiffe://cluster.local/ns/kube-system/sa/admin"
TOKENS_TAKEN_AT = "10.244.0.1:15013"
FAR = "203.0.113.73"


@pytest.fixture(scope="module")
def shop(mesh: Mesh) -> Mesh:
    """A server, a client of the mesh, and somebody outside it."""
    for name in ("server", "client"):
        mesh.deploy(name, account=name)
    mesh.deploy("outsider", inject=False)
    eventually(lambda: mesh.call("client", "http://server:8080/")[0] == 200, 10, "the way there")
    return mesh


class Asked(NamedTuple):
    """What is shown to the authority: a token, a request, and the lifetime that is asked for."""

    token: str
    request: str = make_request(new_key(), CLIENT).decode()
    seconds: int = 3600


def ask(mesh: Mesh, *asked: Asked) -> list[tuple[str, str]]:
    """What the authority answers somebody in the network of a pod outside the mesh."""
    files = read_files(mesh.state / "pki" / "mesh")
    assert files is not None
    pid = eventually(lambda: mesh.app_pid(mesh.pods("outsider")[0]), 5, "the application's process")
    argv = ["nsenter", "-t", str(pid), "-n", sys.executable, str(ROOT / "tests/e2e/apps/ask_ca.py"), TOKENS_TAKEN_AT]
    done = subprocess.run(
        [*argv, files.root.decode()], input=json.dumps(asked), capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    return [(status, words) for status, words in json.loads(done.stdout)]


def token_of(mesh: Mesh, account: str, audience: str = "istio-ca") -> str:
    """A token of a service account, as its pods have them."""
    chosen = ("--audience", audience) if audience else ()
    return mesh.kubectl("create", "token", account, *chosen).stdout.strip()


def refusals(mesh: Mesh) -> list[str]:
    log = (mesh.state / "logs" / "istiod.log").read_text()
    return [line for line in log.splitlines() if "certificate refused" in line]


def test_a_certificate_is_the_callers_whomever_its_request_names(shop: Mesh) -> None:
    asked = Asked(token_of(shop, "client"), make_request(new_key(), ADMIN).decode(), 100 * 365 * 86_400)
    [(status, pem)] = ask(shop, asked)
    assert status == "OK"
    leaf = load_chain(pem.encode())[0]
    assert identity_of(leaf).uri == CLIENT
    assert ADMIN.encode() not in leaf.public_bytes(serialization.Encoding.DER)
    assert expires_at(leaf) <= SystemClock().now() + 90 * 86_400
    with pytest.raises(x509.ExtensionNotFound):
        leaf.extensions.get_extension_for_class(x509.NameConstraints)
    assert leaf.extensions.get_extension_for_class(x509.BasicConstraints).value.ca is False


def test_a_token_for_others_or_of_nobody_gets_no_certificate(shop: Mesh) -> None:
    before = len(refusals(shop))
    good = token_of(shop, "client")
    bad = {
        "for the API server": token_of(shop, "client", ""),
        "for another audience": token_of(shop, "client", "vault"),
        "of another issuer": Issuer("https://kubernetes.default.svc").token("system:serviceaccount:default:client", aud="istio-ca"),
        "changed": good[:-8] + "AAAAAAAA",
        "no token": "x", "none": "", "huge": "x" * 60_000,
    }  # fmt: skip
    answers = ask(shop, *map(Asked, bad.values()))
    assert {name: status for name, (status, _) in zip(bad, answers, strict=True)} == dict.fromkeys(
        bad, "UNAUTHENTICATED"
    )
    assert len(refusals(shop)) == before + len(bad)
    assert "made for another audience" in " ".join(refusals(shop)[before:])
    assert ask(shop, Asked(good))[0][0] == "OK"


def test_a_request_that_is_none_gets_no_certificate(shop: Mesh) -> None:
    before = len(refusals(shop))
    good = Asked("").request
    bad = {
        "larger": good + "x" * 20_000, "none": "", "nonsense": "nonsense", "a certificate": good.replace(" REQUEST", ""),
        "cut": good[:200], "signed by another": forged(good), "weak": weak(), "too large for any call": "x" * (17 << 20),
    }  # fmt: skip
    answers = ask(shop, *(Asked(token_of(shop, "client"), text) for text in bad.values()))
    got = {name: status for name, (status, _) in zip(bad, answers, strict=True)}
    assert got == dict.fromkeys(bad, "INVALID_ARGUMENT") | {"too large for any call": "RESOURCE_EXHAUSTED"}
    told = refusals(shop)[before:]
    assert len(told) == len(bad) - 1
    for why in ("larger than 16384 bytes", "cannot be read", "not signed by its own key", "too weak"):
        assert any(why in line and CLIENT in line for line in told), why
    assert ask(shop, Asked(token_of(shop, "client")))[0][0] == "OK"


def test_who_asks_too_often_waits_and_nobody_else_does(shop: Mesh) -> None:
    greedy = {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "greedy"}}
    shop.apply(greedy)
    token = token_of(shop, "greedy")
    *answers, other = ask(shop, *[Asked(token)] * 70, Asked(token_of(shop, "server")))
    statuses = [status for status, _ in answers]
    granted = statuses.count("OK")
    assert 60 <= granted < 70, "a minute's worth, and what a moment adds"
    assert set(statuses[60:]) <= {"OK", "RESOURCE_EXHAUSTED"}
    assert "ask again in" in answers[-1][1]
    assert other[0] == "OK"
    told = [line for line in refusals(shop) if "sa/greedy at" in line]
    assert len(told) == len(statuses) - granted
    assert "60 certificates within a minute" in told[0]


def forged(pem: str) -> str:
    """A request for a key that somebody else holds: its signature is another's."""
    request = x509.load_pem_x509_csr(pem.encode())
    der = request.public_bytes(serialization.Encoding.DER)
    other = x509.load_pem_x509_csr(make_request(new_key(), CLIENT))
    changed = der[: -len(request.signature)] + other.signature[: len(request.signature)].ljust(
        len(request.signature), b"\0"
    )
    return x509.load_der_x509_csr(changed).public_bytes(serialization.Encoding.PEM).decode()


def weak() -> str:
    key = rsa.generate_private_key(public_exponent=65537, key_size=1024)
    made = x509.CertificateSigningRequestBuilder(x509.Name([])).sign(key, hashes.SHA256())
    return made.public_bytes(serialization.Encoding.PEM).decode()


@pytest.fixture
def issuer(shop: Mesh, tmp_path: Path) -> Iterator[Provider]:
    """An issuer whose keys a test may spoil."""
    made = Provider(shop, f"far{os.urandom(2).hex()}", FAR, tmp_path)
    made.start()
    yield made
    made.stop()


KEY = Issuer(ME).jwk
SPOILED = {
    "nested": "[" * 100_000,
    "too much": json.dumps({"keys": [KEY] * 5000}),
    "other types": json.dumps({"keys": [{**KEY, "kty": ["RSA"]}, {"kty": "EC", "crv": {}}, 7]}),
    "no public key": json.dumps({"keys": [{**KEY, "n": "AQ"}]}),
    "no JSON": "\0\0\0",
}


def test_keys_that_are_spoiled_are_no_keys_and_good_ones_are_taken_after_them(shop: Mesh, issuer: Provider) -> None:
    spec: dict[str, Any] = {
        "selector": {"matchLabels": {"app": "server"}},
        "jwtRules": [{"issuer": ME, "jwksUri": issuer.url}],
    }
    policy = {
        "apiVersion": "security.istio.io/v1",
        "kind": "RequestAuthentication",
        "metadata": {"name": "far"},
        "spec": spec,
    }
    good, token = issuer.keys.read_text(), issuer.issuer.token()
    issuer.keys.write_text(SPOILED["nested"])
    call = lambda: shop.call("client", "http://server:8080/", "-H", f"Authorization: Bearer {token}")[0]  # noqa: E731
    shop.apply(policy)
    eventually(lambda: "no key that can prove a token" in said(shop), 10, "the status says why")
    eventually(lambda: call() == 401, 10, "nobody gets in")
    for name, text in SPOILED.items():
        issuer.keys.write_text(text)
        reason = "sends more than" if name == "too much" else "no key that can prove a token"
        eventually(lambda reason=reason: reason in said(shop), 15, f"{name}: {said(shop)}")
        assert call() == 401, name
    issuer.keys.write_text(good)
    eventually(lambda: call() == 200, 10, "good keys are found within 10 s")
    shop.delete(policy)


def said(mesh: Mesh) -> str:
    return json.dumps(mesh.get("requestauthentication", "far").get("status", {}))
