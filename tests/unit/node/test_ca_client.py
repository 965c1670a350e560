"""Whatever goes wrong with the authority is one kind of error: ask again later."""

import socket

import grpc
import pytest

from lateen.base.clock import SystemClock
from lateen.identity.authority import CertificateAuthority
from lateen.identity.keys import make_request, new_key
from lateen.node.ca_client import CaClient, Unavailable
from lateen.proto.istio_ca import METHOD, SERVICE, CertificateResponse
from lateen.server.grpc_server import Endpoint, GrpcServer
from lateen.server.server_certificate import ServerCertificate

CLOCK = SystemClock()
NAME = "istiod.istio-system.svc"
AUTHORITY = CertificateAuthority.create("cluster.local", CLOCK)
CSR = make_request(new_key(), "")


async def ask(answer: bytes, name: str = NAME, authority: CertificateAuthority = AUTHORITY) -> object:
    """Return what a client says of a server that always gives `answer`."""

    async def handle(request: bytes, call: object) -> bytes:
        return answer

    service = {METHOD: grpc.unary_unary_rpc_method_handler(handle)}
    uri = "spiffe://cluster.local/ns/istio-system/sa/istiod"
    certificate = ServerCertificate(lambda: AUTHORITY, [NAME], uri, CLOCK)
    handler = grpc.method_handlers_generic_handler(SERVICE, service)
    server = GrpcServer([handler], certificate.current, lambda: AUTHORITY.trust)
    (port,) = await server.start([Endpoint("127.0.0.1:0", mutual=False)])
    client = CaClient(f"127.0.0.1:{port}", name, authority.trust)
    try:
        return await client.sign(CSR, "token", 60, timeout=3)
    finally:
        await client.close()
        await server.stop(0)


async def test_answer_is_chain_and_roots() -> None:
    chain = AUTHORITY.server_certificate([], "spiffe://a/ns/b/sa/c").chain
    issued = await ask(CertificateResponse([chain, AUTHORITY.trust.pem]).encode())
    assert issued == (chain, AUTHORITY.trust)


@pytest.mark.parametrize(
    "answer",
    [
        b"\xff\xff",
        CertificateResponse([]).encode(),
        CertificateResponse([AUTHORITY.trust.pem]).encode(),
        CertificateResponse([b"leaf", b"root"]).encode(),
    ],
)
async def test_nonsense_is_unavailable(answer: bytes) -> None:
    with pytest.raises(Unavailable, match="cannot be used"):
        await ask(answer)


async def test_server_of_another_name_or_root_is_not_asked() -> None:
    with pytest.raises(Unavailable):
        await ask(b"", name="other.istio-system.svc")
    with pytest.raises(Unavailable):
        await ask(b"", authority=CertificateAuthority.create("cluster.local", CLOCK))


async def test_nobody_there_is_unavailable() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    client = CaClient(f"127.0.0.1:{port}", NAME, AUTHORITY.trust)
    with pytest.raises(Unavailable, match="unavailable"):
        await client.sign(CSR, "token", 60, timeout=3)
    await client.close()
