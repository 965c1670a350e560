"""A certificate authority outside the mesh, as istio-csr serves one: `python external_ca.py FOLDER KUBECONFIG ADDRESS`.

Its key and root are in FOLDER. It asks the API server of KUBECONFIG whose a token is, accepts those for the audience
`ca.example.com`, and says each certificate that it issues in a line `issued <identity>`.
"""

import asyncio
import sys
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import grpc
import grpc.aio
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from lateen.base.redacted import Redacted
from lateen.proto.istio_ca import METHOD, SERVICE, CertificateRequest, CertificateResponse
from lateen.sources.client import Client

AUDIENCE = "ca.example.com"
PEM = serialization.Encoding.PEM


class OutsideCa:
    """A root of its own that signs whatever key it is given for whatever name it is told."""

    def __init__(self, folder: Path, name: str = "outside root") -> None:
        """Its key is that in `folder`, and is made there at first."""
        self._key = _key_in(folder)
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        constraints = x509.BasicConstraints(ca=True, path_length=0)
        usage = x509.KeyUsage(
            *(False,) * 5, key_cert_sign=True, crl_sign=True, encipher_only=False, decipher_only=False
        )
        builder = self._builder(self._key.public_key(), self._name).add_extension(constraints, critical=True)
        self._root = builder.add_extension(usage, critical=True).sign(self._key, hashes.SHA256())
        self.root = self._root.public_bytes(PEM)
        if not (folder / "root.pem").exists():
            (folder / "root.pem").write_bytes(self.root)

    def sign(self, key: ec.EllipticCurvePublicKey, name: x509.GeneralName) -> bytes:
        builder = self._builder(key, x509.Name([]))
        builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        builder = builder.add_extension(x509.SubjectAlternativeName([name]), critical=True)
        return builder.sign(self._key, hashes.SHA256()).public_bytes(PEM)

    def _builder(self, key: ec.EllipticCurvePublicKey, subject: x509.Name) -> x509.CertificateBuilder:
        now = datetime.now(UTC)
        builder = x509.CertificateBuilder(self._name, subject, key, x509.random_serial_number())
        return builder.not_valid_before(now - timedelta(minutes=1)).not_valid_after(now + timedelta(hours=1))


def _key_in(folder: Path) -> ec.EllipticCurvePrivateKey:
    file = folder / "key.pem"
    if not file.exists():
        file.write_bytes(_private(ec.generate_private_key(ec.SECP256R1())))
    key = serialization.load_pem_private_key(file.read_bytes(), None)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    return key


def _private(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())


class Service:
    """CreateCertificate for those whose token the API server knows."""

    def __init__(self, ca: OutsideCa, client: Client) -> None:
        self._ca, self._client = ca, client

    async def create(self, data: bytes, call: grpc.aio.ServicerContext) -> bytes:
        token = dict(call.invocation_metadata() or ()).get("authorization", "").removeprefix("Bearer ")
        status = await self._client.review(Redacted(token.encode()), (AUDIENCE,))
        if not status.get("authenticated") or AUDIENCE not in status.get("audiences", ()):
            print("refused", status.get("error"), flush=True)
            await call.abort(grpc.StatusCode.UNAUTHENTICATED, "not a token for me")
        *_, namespace, account = status["user"]["username"].split(":")
        identity = f"spiffe://cluster.local/ns/{namespace}/sa/{account}"
        request = x509.load_pem_x509_csr(CertificateRequest.decode(data).csr)
        leaf = self._ca.sign(request.public_key(), x509.UniformResourceIdentifier(identity))
        print("issued", identity, flush=True)
        return CertificateResponse([leaf, self._ca.root]).encode()


async def serve(folder: Path, kubeconfig: Path, address: str) -> None:
    ca, own = OutsideCa(folder), ec.generate_private_key(ec.SECP256R1())
    certificate = ca.sign(own.public_key(), x509.IPAddress(ip_address(address.partition(":")[0])))
    async with Client.from_kubeconfig(kubeconfig) as client:
        method = grpc.unary_unary_rpc_method_handler(Service(ca, client).create)
        server = grpc.aio.server()
        server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(SERVICE, {METHOD: method}),))
        server.add_secure_port(address, grpc.ssl_server_credentials([(_private(own), certificate)]))
        await server.start()
        await server.wait_for_termination()


if __name__ == "__main__":
    asyncio.run(serve(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]))
