"""A certificate authority outside the mesh certifies its workloads, asked by Istio's certificate service."""

import base64
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from external_ca import AUDIENCE, OutsideCa
from mesh import ROOT, Mesh, eventually

ADDRESS = "127.0.0.1:9443"  # of the node's own network namespace


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the authority keeps its key and says what it issued."""
    return tmp_path_factory.mktemp("ca")


@pytest.fixture(scope="module")
def mesh(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mesh]:
    """A mesh that has its certificates from elsewhere; the authority starts when there is an API server to ask."""
    if os.geteuid() != 0 or not shutil.which("nft", path="/usr/sbin:/sbin:/usr/bin"):
        pytest.skip("e2e tests need root and nft (apt-get install nftables)")
    made = Mesh(tmp_path_factory.mktemp("mesh"))
    made.env |= {"CA_ADDR": ADDRESS, "CA_ROOT_CA": str(folder / "root.pem"), "LATEEN_CA_AUDIENCE": AUDIENCE}
    settings = folder / "mesh.json"
    settings.write_text(json.dumps(mesh_settings(OutsideCa(folder).root.decode())))
    process = None
    with ThreadPoolExecutor(1) as pool:
        try:
            coming = pool.submit(made.up, settings)
            process = eventually(lambda: start(made, folder), 60, "a place for the authority")
            coming.result()
            yield made
        finally:
            made.down()
            if process is not None:
                process.terminate()
                process.wait()


def mesh_settings(root: str) -> dict[str, Any]:
    meta = {"name": "istio", "namespace": "istio-system"}
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": meta,
            "data": {"mesh": json.dumps({"caCertificates": [{"pem": root}]})}}  # fmt: skip


def start(mesh: Mesh, folder: Path) -> "subprocess.Popen[bytes] | None":
    """Start the authority in the node's network namespace; None while there is none."""
    network, kubeconfig = Path(f"/run/netns/lateen-{mesh.name}"), mesh.state / "pki/api/istiod.kubeconfig"
    if not (network.exists() and kubeconfig.exists()):
        return None
    command = [sys.executable, ROOT / "tests/support/external_ca.py", folder, kubeconfig, ADDRESS]
    with (folder / "log").open("wb") as log:
        return subprocess.Popen(["nsenter", f"--net={network}", *command], stdout=log, stderr=log)


@pytest.fixture(scope="module")
def strict(mesh: Mesh) -> Mesh:
    """A server that takes mutual TLS only, and a client of the mesh."""
    mesh.deploy("server", account="server")
    mesh.deploy("client", account="client")
    mesh.apply({"apiVersion": "security.istio.io/v1", "kind": "PeerAuthentication", "metadata": {"name": "default"}, "spec": {"mtls": {"mode": "STRICT"}}})  # fmt: skip
    return mesh


def test_workloads_speak_with_certificates_of_the_outside_authority(strict: Mesh, folder: Path) -> None:
    _, seen = eventually(lambda: called(strict), 10, "the way there")
    issued = (folder / "log").read_text().splitlines()
    assert {f"issued spiffe://cluster.local/ns/default/sa/{name}" for name in ("server", "client")} <= set(issued)
    assert "URI=spiffe://cluster.local/ns/default/sa/client" in json.dumps(seen)
    log = (strict.state / "logs/istiod.log").read_text()
    assert "certified a key" not in log


def called(mesh: Mesh) -> tuple[int, Any] | None:
    status, body = mesh.call("client", "http://server:8080/")
    return (status, body) if status == 200 else None


def test_the_rules_know_callers_by_the_certificates_from_outside(strict: Mesh) -> None:
    rule = {"from": [{"source": {"principals": ["cluster.local/ns/default/sa/nobody"]}}]}
    policy = {"apiVersion": "security.istio.io/v1", "kind": "AuthorizationPolicy", "metadata": {"name": "only"},
              "spec": {"rules": [rule]}}  # fmt: skip
    strict.apply(policy)
    eventually(lambda: strict.call("client", "http://server:8080/")[0] == 403, 10, "the refusal")
    rule["from"][0]["source"]["principals"] = ["cluster.local/ns/default/sa/client"]
    strict.apply(policy)
    eventually(lambda: strict.call("client", "http://server:8080/")[0] == 200, 10, "the leave")


def roots_of(mesh: Mesh) -> list[str]:
    """The serials of the roots that the client's Envoy believes."""
    dump = json.loads(mesh.lateen("proxy-config", "secret", "deploy/client", "-o", "json").stdout)
    for one in dump["dynamic_active_secrets"]:
        if one["name"] == "ROOTCA":
            pem = base64.b64decode(one["secret"]["validation_context"]["trusted_ca"]["inline_bytes"])
            return sorted(f"{root.serial_number:x}" for root in x509.load_pem_x509_certificates(pem))
    return []


def test_roots_of_the_settings_reach_every_proxy_at_once(strict: Mesh, folder: Path, tmp_path: Path) -> None:
    eventually(lambda: called(strict), 10, "the way there")
    before = roots_of(strict)
    another = OutsideCa(tmp_path, "another root")
    root = (folder / "root.pem").read_text()
    strict.apply(mesh_settings(root + another.root.decode()), namespace="istio-system")
    eventually(lambda: len(roots_of(strict)) == len(before) + 1, 10, "the other root")
    strict.apply(mesh_settings(root), namespace="istio-system")
    eventually(lambda: roots_of(strict) == before, 10, "the roots of before")


def test_the_meshs_own_root_is_replaced_beside_it(strict: Mesh) -> None:
    before = roots_of(strict)
    told = strict.lateen("ca", "rotate", seconds=120).stdout
    assert "retire: the old root is trusted no more" in told
    after = roots_of(strict)
    assert len(after) == len(before) == 2 and len(set(after) & set(before)) == 1
    assert called(strict)
