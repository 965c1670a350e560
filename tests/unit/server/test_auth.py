"""A caller is who its certificate or token proves, within this mesh and before it ends."""

import pytest

from lateen.base.clock import FakeClock
from lateen.identity.authority import DAY, CertificateAuthority
from lateen.server.auth import Caller, Callers, Unauthenticated

REVIEWS = "spiffe://cluster.local/ns/default/sa/reviews"


class Tokens:
    """The tokens that exist here; for one audience."""

    async def token(self, token: str, audience: str) -> Caller:
        if (token, audience) != ("good", "istio-ca"):
            raise Unauthenticated("unknown token")
        return Caller("cluster.local", "default", "ratings", "ratings-1", "uid", "here", 1_700_000_100)


class Call:
    def __init__(self, pem: bytes = b"", authorization: str = "") -> None:
        self.pem, self.authorization = pem, authorization

    def auth_context(self) -> dict[str, list[bytes]]:
        return {"x509_pem_cert": [self.pem]} if self.pem else {}

    def invocation_metadata(self) -> list[tuple[str, str | bytes]]:
        return [("authorization", self.authorization)] if self.authorization else []


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def callers(clock: FakeClock) -> Callers:
    return Callers(Tokens(), {"cluster.local"}, clock)


def certificate(clock: FakeClock, uri: str) -> bytes:
    return CertificateAuthority.create("cluster.local", clock).server_certificate([], uri).chain


async def test_certificate_says_who_calls_and_until_when(callers: Callers, clock: FakeClock) -> None:
    caller = await callers.any_proof(Call(certificate(clock, REVIEWS), "Bearer good"))
    assert caller.identity.uri == REVIEWS
    assert caller.expires == clock.now() + DAY


async def test_token_says_which_pod_calls(callers: Callers) -> None:
    caller = await callers.any_proof(Call(authorization="Bearer good"))
    assert (caller.service_account, caller.pod_name, caller.node) == ("ratings", "ratings-1", "here")


async def test_certificate_is_not_a_token(callers: Callers, clock: FakeClock) -> None:
    with pytest.raises(Unauthenticated):
        await callers.by_token(Call(certificate(clock, REVIEWS)))


@pytest.mark.parametrize("authorization", ["", "Bearer", "Bearer ", "Bearer bad", "Basic good", "good"])
async def test_no_proof_no_caller(callers: Callers, authorization: str) -> None:
    with pytest.raises(Unauthenticated):
        await callers.any_proof(Call(authorization=authorization))


@pytest.mark.parametrize("uri", ["spiffe://other.mesh/ns/default/sa/reviews", "spiffe://cluster.local/istiod", "urn:x"])
async def test_foreign_certificate_is_refused_even_with_a_token(callers: Callers, clock: FakeClock, uri: str) -> None:
    with pytest.raises(Unauthenticated):
        await callers.any_proof(Call(certificate(clock, uri), "Bearer good"))


async def test_ended_proof_is_refused(callers: Callers, clock: FakeClock) -> None:
    call = Call(certificate(clock, REVIEWS))
    clock.advance(DAY)
    with pytest.raises(Unauthenticated, match="has ended"):
        await callers.any_proof(call)
    with pytest.raises(Unauthenticated, match="has ended"):
        await callers.any_proof(Call(authorization="Bearer good"))
