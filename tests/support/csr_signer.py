"""A signer of CertificateSigningRequests outside the mesh: `python csr_signer.py FOLDER KUBECONFIG SIGNER`.

It signs what is approved for SIGNER with the authority of FOLDER (`external_ca.py`), and says each identity in a line.
A file `deny` in FOLDER has it fail requests, `other` has it certify another identity than was asked for.
"""

import asyncio
import base64
import sys
from pathlib import Path
from typing import Any

from cryptography import x509
from external_ca import OutsideCa

from lateen.kinds.all import by_kind
from lateen.sources.client import Client
from lateen.sources.informer import Event, Put, follow

KIND = by_kind("CertificateSigningRequest")


def answer(ca: OutsideCa, folder: Path, found: dict[str, Any]) -> dict[str, Any]:
    """The status of an approved request."""
    status = found["status"]
    if (folder / "deny").exists():
        failed = {"type": "Failed", "status": "True", "reason": "Policy", "message": "not today"}
        return status | {"conditions": [*status["conditions"], failed]}
    request = x509.load_pem_x509_csr(base64.b64decode(found["spec"]["request"]))
    names = request.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    (uri,) = names.get_values_for_type(x509.UniformResourceIdentifier)
    if (folder / "other").exists():
        uri = "spiffe://cluster.local/ns/default/sa/admin"
    print("signed", uri, flush=True)
    leaf = ca.sign(request.public_key(), x509.UniformResourceIdentifier(uri))  # type: ignore[arg-type]
    return status | {"certificate": base64.b64encode(leaf).decode()}


async def serve(folder: Path, kubeconfig: Path, signer: str) -> None:
    ca = OutsideCa(folder)
    todo: asyncio.Queue[dict[str, Any]] = asyncio.Queue()

    def take(event: Event) -> None:
        match event:
            case Put(_, found, _) if found["spec"]["signerName"] == signer:
                todo.put_nowait(found)

    async with Client.from_kubeconfig(kubeconfig) as client:
        following = asyncio.create_task(follow(client, KIND, take))
        while True:
            found = await todo.get()
            status = found.get("status") or {}
            kinds = {one["type"] for one in status.get("conditions") or ()}
            if "Approved" in kinds and "Failed" not in kinds and not status.get("certificate"):
                await client.update_status(KIND, found | {"status": answer(ca, folder, found)})
            if following.done():
                following.result()


if __name__ == "__main__":
    asyncio.run(serve(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]))
