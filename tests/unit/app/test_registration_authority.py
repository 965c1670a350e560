"""A signer at a real API server, and what is checked of what it signs."""

import base64
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from external_ca import OutsideCa
from planes import Plane

from lateen.app import registration_authority
from lateen.app.registration_authority import RegistrationAuthority, asked
from lateen.base.clock import SystemClock
from lateen.base.errors import LateenError
from lateen.base.spiffe import Identity
from lateen.base.tasks import cancel, spawn
from lateen.identity.certificate import identity_of, load_chain
from lateen.identity.keys import RequestRefused, make_request, new_key
from lateen.identity.trust import TrustBundle
from lateen.kinds.all import by_kind
from lateen.sources.informer import Event, Put, follow

SIGNER = "ca.example.com/mesh"
KIND = by_kind("CertificateSigningRequest")
WEB = Identity("cluster.local", "shop", "web")
Answer = Callable[[dict[str, Any]], dict[str, Any]]


@pytest.fixture
def ca(tmp_path: Path) -> OutsideCa:
    return OutsideCa(tmp_path)


def signing(ca: OutsideCa, uri: str = WEB.uri) -> Answer:
    def answer(found: dict[str, Any]) -> dict[str, Any]:
        request = x509.load_pem_x509_csr(base64.b64decode(found["spec"]["request"]))
        leaf = ca.sign(request.public_key(), x509.UniformResourceIdentifier(uri))  # type: ignore[arg-type]
        return {"certificate": base64.b64encode(leaf).decode()}

    return answer


def failing(_: dict[str, Any]) -> dict[str, Any]:
    return {"conditions": [{"type": "Failed", "status": "True", "message": "not today"}]}


class Signer:
    """Answers what is approved."""

    def __init__(self, mesh: Plane, answer: Answer) -> None:
        self.mesh, self.answer = mesh, answer
        self.seen: list[dict[str, Any]] = []

    async def __aenter__(self) -> "Signer":
        self.task = spawn(follow(self.mesh.admin, KIND, self.take), name="signer")
        return self

    async def __aexit__(self, *_: object) -> None:
        await cancel(self.task)

    def take(self, event: Event) -> None:
        match event:
            case Put(_, found, _):
                kinds = {one["type"] for one in (found.get("status") or {}).get("conditions") or ()}
                if kinds == {"Approved"} and not found["status"].get("certificate"):
                    self.seen.append(found)
                    spawn(self.sign(found), name="sign")

    async def sign(self, found: dict[str, Any]) -> None:
        answer = self.answer(found)
        conditions = [*found["status"]["conditions"], *answer.pop("conditions", ())]
        await self.mesh.admin.update_status(KIND, found | {"status": {"conditions": conditions} | answer})


def authority(mesh: Plane, *roots: bytes) -> RegistrationAuthority:
    trusted = TrustBundle.parse(b"".join(roots) or mesh.control.authority.trust.pem)
    return RegistrationAuthority(mesh.admin, SIGNER, lambda: trusted, SystemClock())


async def test_a_key_is_certified_and_no_request_is_left(mesh: Plane, ca: OutsideCa) -> None:
    async with Signer(mesh, signing(ca)) as signer:
        chain = await authority(mesh, ca.root).sign(make_request(new_key(), WEB.uri), WEB, 60)
    assert identity_of(load_chain(chain)[0]) == WEB
    spec = signer.seen[0]["spec"]
    assert (spec["signerName"], spec["expirationSeconds"]) == (SIGNER, 600)
    assert (await mesh.admin.list(KIND)).items == []


async def test_what_a_signer_does_wrong_is_said(mesh: Plane, ca: OutsideCa) -> None:
    request = make_request(new_key(), WEB.uri)
    faults = {
        "Failed: not today": (failing, ca.root),
        "certified spiffe://cluster.local/ns/a/sa/b, not": (signing(ca, "spiffe://cluster.local/ns/a/sa/b"), ca.root),
        "ends at no root": (signing(ca), mesh.control.authority.trust.pem),
        "cannot be used": (lambda _: {"certificate": base64.b64encode(b"nonsense").decode()}, ca.root),
    }
    for told, (answer, root) in faults.items():
        async with Signer(mesh, answer):
            with pytest.raises(LateenError, match=told):
                await authority(mesh, root).sign(request, WEB, 3600)
    assert (await mesh.admin.list(KIND)).items == []


async def test_a_signer_that_is_not_there_is_not_waited_for(mesh: Plane, ca: OutsideCa, monkeypatch: Any) -> None:
    monkeypatch.setattr(registration_authority, "PATIENCE", 0.2)
    with pytest.raises(LateenError, match=r"has not signed within 0\.2 s"):
        await authority(mesh, ca.root).sign(make_request(new_key(), WEB.uri), WEB, 3600)


def test_a_request_names_the_identity_and_nothing_else() -> None:
    asked(make_request(new_key(), WEB.uri), WEB)
    for csr in (make_request(new_key(), "spiffe://cluster.local/ns/shop/sa/admin"), b"nonsense"):
        with pytest.raises(RequestRefused):
            asked(csr, WEB)
