"""The certificate service certifies what a token proves, over a server whose certificate may change."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import grpc
import grpc.aio
import pytest
from cryptography import x509

from lateen.base.clock import FakeClock, SystemClock
from lateen.identity.authority import CertificateAuthority
from lateen.identity.certificate import expires_at, identity_of, load_chain
from lateen.identity.keys import make_request, new_key
from lateen.identity.trust import TrustBundle
from lateen.proto.istio_ca import METHOD, SERVICE, CertificateRequest, CertificateResponse
from lateen.server.auth import Caller, Callers, Unauthenticated
from lateen.server.ca import CertificateService
from lateen.server.grpc_server import Endpoint, GrpcServer
from lateen.server.issuance import IssuanceLimit
from lateen.server.server_certificate import ServerCertificate

CLOCK = SystemClock()
NAME = "istiod.istio-system.svc"
URI = "spiffe://cluster.local/ns/istio-system/sa/istiod"
REQUEST = make_request(new_key(), "spiffe://cluster.local/ns/kube-system/sa/admin")


class Tokens:
    async def token(self, token: str, audience: str) -> Caller:
        if token != "good":
            raise Unauthenticated("unknown token")
        return Caller("cluster.local", "default", "reviews", "reviews-1")


@dataclass
class Plane:
    """A certificate service with two addresses: `port` for anyone, `mutual_port` for certified clients."""

    authority: CertificateAuthority = field(default_factory=lambda: CertificateAuthority.create("cluster.local", CLOCK))
    trust: TrustBundle | None = None
    clock: FakeClock = field(default_factory=FakeClock)
    port: int = 0
    mutual_port: int = 0

    def bundle(self) -> TrustBundle:
        return self.trust or self.authority.trust

    async def call(self, data: bytes, token: str = "good", trust: TrustBundle | None = None, port: int = 0) -> bytes:
        credentials = grpc.ssl_channel_credentials((trust or self.bundle()).pem)
        options = [("grpc.ssl_target_name_override", NAME)]
        address = f"127.0.0.1:{port or self.port}"
        async with grpc.aio.secure_channel(address, credentials, options) as channel:
            metadata = [("authorization", f"Bearer {token}")] if token else []
            answer = await channel.unary_unary(f"/{SERVICE}/{METHOD}")(data, metadata=metadata, timeout=5)
            assert isinstance(answer, bytes)
            return answer


@pytest.fixture
async def plane() -> AsyncIterator[Plane]:
    plane = Plane()
    certificate = ServerCertificate(lambda: plane.authority, [NAME], URI, CLOCK)
    service = CertificateService(
        Callers(Tokens(), {"cluster.local"}, CLOCK),
        lambda: plane.authority,
        plane.bundle,
        lambda caller: "a;b;c",
        IssuanceLimit(plane.clock, 5),
    )
    server = GrpcServer([service.handler()], certificate.current, plane.bundle)
    addresses = [Endpoint("127.0.0.1:0", mutual=False), Endpoint("127.0.0.1:0", mutual=True)]
    plane.port, plane.mutual_port = await server.start(addresses)
    yield plane
    await server.stop(0)


async def test_token_decides_the_identity(plane: Plane) -> None:
    *chain, roots = CertificateResponse.decode(await plane.call(CertificateRequest(REQUEST, 600).encode())).chain
    leaf = load_chain(chain[0])[0]
    assert identity_of(leaf).uri == "spiffe://cluster.local/ns/default/sa/reviews"
    assert TrustBundle.parse(roots) == plane.authority.trust
    assert abs(expires_at(leaf) - CLOCK.now() - 600) < 10


async def test_facts_come_from_the_registry(plane: Plane) -> None:
    leaf = load_chain(CertificateResponse.decode(await plane.call(CertificateRequest(REQUEST).encode())).chain[0])[0]
    names = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.OtherName)[0].value.endswith(b"a;b;c")


@pytest.mark.parametrize(
    ("data", "token", "status"),
    [
        (CertificateRequest(REQUEST).encode(), "", grpc.StatusCode.UNAUTHENTICATED),
        (CertificateRequest(REQUEST).encode(), "bad", grpc.StatusCode.UNAUTHENTICATED),
        (CertificateRequest(b"nonsense").encode(), "good", grpc.StatusCode.INVALID_ARGUMENT),
        (b"\xff\xff", "good", grpc.StatusCode.INVALID_ARGUMENT),
    ],
)
async def test_refusals_have_a_status(plane: Plane, data: bytes, token: str, status: grpc.StatusCode) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await plane.call(data, token)
    assert caught.value.code() == status


async def test_who_asks_too_often_is_told_when_to_come_again(plane: Plane) -> None:
    for _ in range(5):
        await plane.call(CertificateRequest(REQUEST).encode())
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await plane.call(CertificateRequest(REQUEST).encode())
    assert caught.value.code() == grpc.StatusCode.RESOURCE_EXHAUSTED
    assert "ask again in 12 s" in (caught.value.details() or "")
    plane.clock.advance(12)
    await plane.call(CertificateRequest(REQUEST).encode())


async def test_new_authority_is_shown_without_a_restart(plane: Plane) -> None:
    await plane.call(CertificateRequest(REQUEST).encode())
    old, plane.authority = plane.authority, CertificateAuthority.create("cluster.local", CLOCK)
    plane.trust = old.trust | plane.authority.trust
    *_, roots = CertificateResponse.decode(
        await plane.call(CertificateRequest(REQUEST).encode(), trust=plane.authority.trust)
    ).chain
    assert TrustBundle.parse(roots) == plane.trust
    with pytest.raises(grpc.aio.AioRpcError):
        await plane.call(CertificateRequest(REQUEST).encode(), trust=old.trust)


async def test_mutual_address_is_closed_to_clients_without_certificate(plane: Plane) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await plane.call(CertificateRequest(REQUEST).encode(), port=plane.mutual_port)
    assert caught.value.code() == grpc.StatusCode.UNAVAILABLE
