import base64
from pathlib import Path

import pytest
from apiservers import NODE, WRITE, Served, ask, served
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from lateen.apiserver.credentials import load_credentials
from lateen.apiserver.signing import CLIENTS, LONGEST

PATH = "/apis/certificates.k8s.io/v1/certificatesigningrequests"


def asked(name: str = "alice", *groups: str, **spec) -> dict:
    key = ec.generate_private_key(ec.SECP256R1())
    parts = [x509.NameAttribute(NameOID.ORGANIZATION_NAME, group) for group in groups]
    subject = x509.Name([*parts, *([x509.NameAttribute(NameOID.COMMON_NAME, name)] if name else [])])
    pem = (
        x509.CertificateSigningRequestBuilder(subject)
        .sign(key, hashes.SHA256())
        .public_bytes(serialization.Encoding.PEM)
    )
    given = {"request": base64.b64encode(pem).decode(), "signerName": CLIENTS, "usages": ["client auth"]} | spec
    return {
        "apiVersion": "certificates.k8s.io/v1",
        "kind": "CertificateSigningRequest",
        "metadata": {"name": "a"},
        "spec": given,
    }


@pytest.fixture
async def server(tmp_path: Path):
    async with served(tmp_path) as running:
        yield running


async def approved(server: Served, raw: dict) -> tuple[int, dict]:
    status, made = await ask(server, "POST", PATH, json=raw)
    assert status == 201, made
    conditions = [{"type": "Approved", "status": "True", "reason": "Test", "message": "approved"}]
    return await ask(server, "PUT", f"{PATH}/a/approval", json=made | {"status": {"conditions": conditions}})


def certificate(raw: dict) -> x509.Certificate:
    return x509.load_pem_x509_certificate(base64.b64decode(raw["status"]["certificate"]))


async def test_what_is_approved_is_signed_for_a_while(server: Served, tmp_path: Path) -> None:
    status, raw = await approved(server, asked("alice", "devs", expirationSeconds=3600))
    assert status == 200
    made = certificate(raw)
    authority, _ = load_credentials(tmp_path / "pki", node=NODE).authority()
    made.verify_directly_issued_by(authority)
    assert made.subject.rfc4514_string() == "CN=alice,O=devs"
    assert (made.not_valid_after_utc - made.not_valid_before_utc).total_seconds() == 3600 + 300
    assert made.extensions.get_extension_for_class(x509.BasicConstraints).value.ca is False


async def test_nobody_lives_longer_than_a_year(server: Served) -> None:
    _, raw = await approved(server, asked(expirationSeconds=10 * LONGEST))
    made = certificate(raw)
    assert (made.not_valid_after_utc - made.not_valid_before_utc).total_seconds() == LONGEST + 300


async def test_the_server_says_who_asks(server: Served) -> None:
    _, raw = await ask(server, "POST", PATH, json=asked(username="somebody", groups=["system:masters"]))
    assert raw["spec"]["username"] == "admin"


async def test_nobody_becomes_a_master_by_a_certificate(server: Served) -> None:
    status, raw = await ask(server, "POST", PATH, json=asked("eve", "system:masters"))
    assert status == 403 and "system:masters" in raw["message"]


async def test_what_is_no_request_is_refused(server: Served) -> None:
    status, _ = await ask(server, "POST", PATH, json=asked(request="eHh4"))
    assert status == 400


@pytest.mark.parametrize(("name", "spec"), [("", {}), ("alice", {"usages": ["server auth"]})])
async def test_what_cannot_be_signed_says_why(server: Served, name: str, spec: dict) -> None:
    _, raw = await approved(server, asked(name, **spec))
    assert "certificate" not in raw["status"]
    assert [each["type"] for each in raw["status"]["conditions"]] == ["Approved", "Failed"]


async def test_others_signers_sign_themselves(server: Served) -> None:
    _, raw = await approved(server, asked(signerName="example.com/other"))
    assert "certificate" not in raw["status"] and len(raw["status"]["conditions"]) == 1


async def test_a_decision_stays_and_is_one(server: Served) -> None:
    _, raw = await approved(server, asked())
    path = f"{PATH}/a/approval"
    both = [{"type": kind, "status": "True"} for kind in ("Approved", "Denied")]
    for conditions in ([], both):
        status, _ = await ask(server, "PUT", path, json=raw | {"status": {"conditions": conditions}})
        assert status == 400
    assert WRITE.manager == "test"


async def test_who_may_not_approve_for_a_signer_is_told(server: Served) -> None:
    _, raw = await ask(server, "POST", PATH, json=asked())
    role = {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRole", "metadata": {"name": "r"},
            "rules": [{"apiGroups": ["certificates.k8s.io"], "resources": ["*"], "verbs": ["update", "get"]}]}  # fmt: skip
    binding = {"apiVersion": role["apiVersion"], "kind": "ClusterRoleBinding", "metadata": {"name": "b"},
               "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "r"},
               "subjects": [{"apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": "bob"}]}  # fmt: skip
    base = "/apis/rbac.authorization.k8s.io/v1"
    await ask(server, "POST", f"{base}/clusterroles", json=role)
    await ask(server, "POST", f"{base}/clusterrolebindings", json=binding)
    raw["status"] = {"conditions": [{"type": "Approved", "status": "True"}]}
    status, refused = await ask(server, "PUT", f"{PATH}/a/approval", json=raw, headers={"Impersonate-User": "bob"})
    assert status == 403 and "signerName" in refused["message"]
