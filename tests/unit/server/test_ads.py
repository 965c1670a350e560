"""Streams are for proved proxies only, carry what changes, and end with the proof."""

import time
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from typing import Any

import grpc
import grpc.aio
import pytest

from lateen.base.clock import FakeClock
from lateen.base.tasks import until
from lateen.identity.authority import DAY, CertificateAuthority
from lateen.proto import descriptors
from lateen.proto.resource import resource
from lateen.proto.types import CLUSTER
from lateen.server import ads
from lateen.server.ads import SERVICE, AdsServer
from lateen.server.auth import Caller, Callers, Forbidden, Unauthenticated
from lateen.server.grpc_server import Endpoint, GrpcServer
from lateen.server.proxy_node import ProxyNode
from lateen.server.server_certificate import ServerCertificate
from lateen.xds.session import Session
from lateen.xds.view import View

REQUEST = descriptors.message("envoy.service.discovery.v3.DeltaDiscoveryRequest")
RESPONSE = descriptors.message("envoy.service.discovery.v3.DeltaDiscoveryResponse")
NAME = "istiod.istio-system.svc"
REVIEWS = "spiffe://cluster.local/ns/default/sa/reviews"
NODE = "sidecar~10.1.1.1~reviews-1.default~default.svc.cluster.local"


class Tokens:
    async def token(self, token: str, audience: str) -> Caller:
        if token != "good":
            raise Unauthenticated("unknown token")
        return Caller("cluster.local", "default", "reviews", "reviews-1")


class Proxy:
    """One connected proxy, served from one view."""

    def __init__(self, view: View) -> None:
        self.session = Session(lambda type_url: [view] if type_url == CLUSTER else [])
        self.closed = False
        self._view = view
        self._wake: Callable[[], None] | None = None

    def watch(self, wake: Callable[[], None]) -> None:
        self._wake = wake
        self._view.watchers.add(wake)

    def close(self) -> None:
        self.closed = True
        if self._wake:
            self._view.watchers.discard(self._wake)


class Plane:
    def __init__(self) -> None:
        self.clock = FakeClock(time.time())
        self.authority = CertificateAuthority.create("cluster.local", self.clock)
        self.view = View()
        self.opened: list[Proxy] = []
        self.channels: list[grpc.aio.Channel] = []
        callers = Callers(Tokens(), {"cluster.local"}, self.clock)
        self.ads = AdsServer(callers, self.open, self.clock)

    def open(self, caller: Caller, node: ProxyNode) -> Proxy:
        if node.pod == "unknown":
            raise Forbidden("there is no such pod")
        self.opened.append(Proxy(self.view))
        return self.opened[-1]

    async def start(self) -> None:
        uri = "spiffe://cluster.local/ns/istio-system/sa/istiod"
        certificate = ServerCertificate(lambda: self.authority, [NAME], uri, self.clock)
        self.server = GrpcServer([self.ads.handler()], certificate.current, lambda: self.authority.trust)
        addresses = [Endpoint("127.0.0.1:0", mutual=True), Endpoint("127.0.0.1:0", mutual=False)]
        self.mutual_port, self.token_port = await self.server.start(addresses)

    async def stop(self) -> None:
        for channel in self.channels:
            await channel.close()
        await self.server.stop(0)

    def certified(self, uri: str = REVIEWS) -> Any:
        """Open a stream with a certificate."""
        pair = self.authority.server_certificate([], uri)
        return self._stream(self.mutual_port, (pair.key.reveal(), pair.chain), ())

    def tokened(self, token: str) -> Any:
        """Open a stream with a token ("" = none)."""
        return self._stream(self.token_port, (None, None), [("authorization", f"Bearer {token}")] if token else ())

    def _stream(self, port: int, pair: tuple[bytes | None, bytes | None], metadata: Any) -> Any:
        credentials = grpc.ssl_channel_credentials(self.authority.trust.pem, *pair)
        options = [("grpc.ssl_target_name_override", NAME)]
        channel = grpc.aio.secure_channel(f"127.0.0.1:{port}", credentials, options)
        self.channels.append(channel)
        return channel.stream_stream(f"/{SERVICE}/DeltaAggregatedResources")(metadata=metadata, timeout=15)


@pytest.fixture
async def plane() -> AsyncIterator[Plane]:
    plane = Plane()
    await plane.start()
    yield plane
    await plane.stop()


def first(node: str = NODE) -> bytes:
    request = REQUEST(type_url=CLUSTER)
    request.node.id = node
    return bytes(request.SerializeToString())


def cluster(text: bytes) -> dict[str, Any]:
    return {"outbound|80||a": resource(CLUSTER, "outbound|80||a", text)}


async def next_names(stream: Any) -> list[str]:
    """Read until a response names resources; acknowledge each."""
    names: list[str] = []
    while not names:
        data = await stream.read()
        assert data is not grpc.aio.EOF
        response = RESPONSE.FromString(data)
        await stream.write(REQUEST(type_url=CLUSTER, response_nonce=response.nonce).SerializeToString())
        names = [entry.name for entry in response.resources]
    return names


@pytest.mark.parametrize("prove", [Plane.certified, lambda plane: plane.tokened("good")], ids=["certificate", "token"])
async def test_proved_proxy_gets_what_there_is_and_what_changes(plane: Plane, prove: Callable[[Plane], Any]) -> None:
    plane.view.commit(cluster(b"\x0a\x011"))
    stream = prove(plane)
    await stream.write(first())
    assert await next_names(stream) == ["outbound|80||a"]
    plane.view.commit(cluster(b"\x0a\x012"))
    assert await next_names(stream) == ["outbound|80||a"]
    (connection,) = plane.ads.connections
    assert connection.node.id == NODE and connection.caller.identity.uri == REVIEWS
    assert connection.sent > 0 and connection.received > 0 and connection.since == plane.clock.now()
    stream.cancel()
    await until(lambda: plane.opened[0].closed, seconds=5, what="the stream's end")
    assert not plane.ads.connections and not plane.view.watchers


@pytest.mark.parametrize(
    ("prove", "node", "status"),
    [
        (lambda plane: plane.tokened(""), NODE, grpc.StatusCode.UNAUTHENTICATED),
        (lambda plane: plane.tokened("bad"), NODE, grpc.StatusCode.UNAUTHENTICATED),
        (
            lambda plane: plane.certified("spiffe://elsewhere/ns/default/sa/reviews"),
            NODE,
            grpc.StatusCode.UNAUTHENTICATED,
        ),
        (
            lambda plane: plane.certified("spiffe://cluster.local/ns/other/sa/reviews"),
            NODE,
            grpc.StatusCode.PERMISSION_DENIED,
        ),
        (Plane.certified, "sidecar~10.1.1.1~unknown.default~d", grpc.StatusCode.PERMISSION_DENIED),
        (
            lambda plane: plane.tokened("good"),
            "sidecar~1~reviews-2.default~d",
            grpc.StatusCode.PERMISSION_DENIED,
        ),
        (Plane.certified, "me", grpc.StatusCode.INVALID_ARGUMENT),
    ],
)
async def test_others_are_refused(
    plane: Plane, prove: Callable[[Plane], Any], node: str, status: grpc.StatusCode
) -> None:
    stream = prove(plane)
    with suppress(grpc.aio.AioRpcError):  # a refusal may come before the request has gone
        await stream.write(first(node))
    assert await stream.code() == status
    assert await stream.details()
    assert not plane.ads.connections


async def test_stream_ends_when_its_certificate_does(plane: Plane) -> None:
    plane.view.commit(cluster(b""))
    stream = plane.certified()
    await stream.write(first())
    await next_names(stream)
    plane.clock.advance(DAY)
    assert await stream.code() == grpc.StatusCode.UNAUTHENTICATED
    assert plane.opened[0].closed


async def test_nonsense_ends_the_stream(plane: Plane) -> None:
    plane.view.commit(cluster(b""))
    stream = plane.certified()
    await stream.write(first())
    await next_names(stream)
    await stream.write(b"\xff\xff\xff")
    assert await stream.code() == grpc.StatusCode.INVALID_ARGUMENT
    assert plane.opened[0].closed


async def test_nonsense_from_the_start_opens_nothing(plane: Plane) -> None:
    stream = plane.certified()
    await stream.write(b"\xff\xff\xff")
    assert await stream.code() == grpc.StatusCode.INVALID_ARGUMENT
    assert not plane.opened


async def test_silent_stream_is_not_kept(plane: Plane, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ads, "FIRST_REQUEST_SECONDS", 0.05)
    assert await plane.certified().code() == grpc.StatusCode.DEADLINE_EXCEEDED
