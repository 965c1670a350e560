"""A signer of Kubernetes' CertificateSigningRequests certifies workloads, and the control plane says who gets what."""

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
from external_ca import OutsideCa
from mesh import ROOT, Mesh, eventually

SIGNER = "ca.example.com/mesh"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the signer keeps its key, and is told what to do wrong."""
    return tmp_path_factory.mktemp("signer")


@pytest.fixture(scope="module")
def mesh(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mesh]:
    """A mesh whose workloads another signer certifies; it starts when there is an API server to follow."""
    if os.geteuid() != 0 or not shutil.which("nft", path="/usr/sbin:/sbin:/usr/bin"):
        pytest.skip("e2e tests need root and nft (apt-get install nftables)")
    made = Mesh(tmp_path_factory.mktemp("mesh"))
    made.env |= {"EXTERNAL_CA": "ISTIOD_RA_KUBERNETES_API", "K8S_SIGNER": SIGNER}
    data = {"mesh": json.dumps({"caCertificates": [{"pem": OutsideCa(folder).root.decode(), "certSigners": [SIGNER]}]})}
    meta = {"name": "istio", "namespace": "istio-system"}
    settings = folder / "mesh.json"
    settings.write_text(json.dumps({"apiVersion": "v1", "kind": "ConfigMap", "metadata": meta, "data": data}))
    process = None
    with ThreadPoolExecutor(1) as pool:
        try:
            coming = pool.submit(made.up, settings)
            process = eventually(lambda: start(made, folder), 60, "an API server for the signer")
            coming.result()
            yield made
        finally:
            made.down()
            if process is not None:
                process.terminate()
                process.wait()


def start(mesh: Mesh, folder: Path) -> "subprocess.Popen[bytes] | None":
    """Start the signer in the node's network namespace; None while there is none."""
    network, kubeconfig = Path(f"/run/netns/lateen-{mesh.name}"), mesh.state / "pki/api/admin.kubeconfig"
    if not (network.exists() and kubeconfig.exists()):
        return None
    command = [sys.executable, ROOT / "tests/support/csr_signer.py", folder, kubeconfig, SIGNER]
    with (folder / "log").open("wb") as log:
        return subprocess.Popen(["nsenter", f"--net={network}", *command], stdout=log, stderr=log)


@pytest.fixture(scope="module")
def strict(mesh: Mesh) -> Mesh:
    """A server that takes mutual TLS only, and a client of the mesh."""
    mesh.deploy("server", account="server")
    mesh.deploy("client", account="client")
    mesh.apply({"apiVersion": "security.istio.io/v1", "kind": "PeerAuthentication", "metadata": {"name": "default"},
                "spec": {"mtls": {"mode": "STRICT"}}})  # fmt: skip
    return mesh


def called(mesh: Mesh) -> tuple[int, Any] | None:
    status, body = mesh.call("client", "http://server:8080/")
    return (status, body) if status == 200 else None


def log_of(mesh: Mesh) -> str:
    return (mesh.state / "logs/istiod.log").read_text()


def test_workloads_speak_with_certificates_of_the_clusters_signer(strict: Mesh, folder: Path) -> None:
    _, seen = eventually(lambda: called(strict), 15, "the way there")
    signed = (folder / "log").read_text().splitlines()
    assert {f"signed spiffe://cluster.local/ns/default/sa/{name}" for name in ("server", "client")} <= set(signed)
    assert "URI=spiffe://cluster.local/ns/default/sa/client" in json.dumps(seen)
    assert "certified a key of spiffe://cluster.local/ns/default/sa/client for pod" in log_of(strict)
    eventually(lambda: strict.kubectl("get", "csr", "-o", "name").stdout.strip() == "", 10, "no request left")


@pytest.mark.parametrize(
    ("fault", "told"),
    [("deny", "Failed: not today"), ("other", "certified spiffe://cluster.local/ns/default/sa/admin, not")],
)
def test_what_the_signer_does_wrong_is_told_and_what_was_there_serves_on(
    strict: Mesh, folder: Path, fault: str, told: str
) -> None:
    eventually(lambda: called(strict), 15, "the way there")
    (folder / fault).touch()
    try:
        strict.lateen("internal", "rotate", check=False)
        eventually(lambda: told in log_of(strict), 20, told)
        assert called(strict)
    finally:
        (folder / fault).unlink()


def test_the_control_plane_may_approve_for_this_signer_alone(strict: Mesh) -> None:
    for signer, allowed in ((SIGNER, True), ("kubernetes.io/kube-apiserver-client", False)):
        asked = {"verb": "approve", "group": "certificates.k8s.io", "resource": "signers", "name": signer}
        review = {"apiVersion": "authorization.k8s.io/v1", "kind": "SubjectAccessReview",
                  "spec": {"user": "istiod", "groups": ["lateen:control-plane"], "resourceAttributes": asked}}  # fmt: skip
        told = strict.kubectl("create", "-f", "-", "-o", "json", stdin=json.dumps(review)).stdout
        assert json.loads(told)["status"]["allowed"] is allowed
