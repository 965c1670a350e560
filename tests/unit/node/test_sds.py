"""The socket is Envoy's alone, and answers every stream from the same views."""

import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import grpc
import grpc.aio
import pytest

from lateen.base.clock import FakeClock
from lateen.base.errors import LateenError
from lateen.identity.authority import CertificateAuthority
from lateen.node.sds import SERVICE, SdsServer
from lateen.node.secret_resources import roots_secret
from lateen.proto import descriptors
from lateen.xds.view import View

REQUEST = descriptors.message("envoy.service.discovery.v3.DeltaDiscoveryRequest")
RESPONSE = descriptors.message("envoy.service.discovery.v3.DeltaDiscoveryResponse")
SECRETS = "type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.Secret"
TRUST = [CertificateAuthority.create("cluster.local", FakeClock()).trust for _ in range(2)]


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[tuple[SdsServer, View]]:
    view = View()
    server = SdsServer([view], tmp_path / "sds.sock", owner=os.geteuid())
    await server.start()
    yield server, view
    await server.stop()


def subscribe(*names: str) -> bytes:
    request = REQUEST(type_url=SECRETS, resource_names_subscribe=names)
    request.node.id = "sidecar~10.0.0.1~a.b~b.svc.cluster.local"
    return bytes(request.SerializeToString())


def acknowledge(response: Any) -> bytes:
    return bytes(REQUEST(type_url=SECRETS, response_nonce=response.nonce).SerializeToString())


async def test_secret_is_pushed_when_it_is_there_and_when_it_changes(server: tuple[SdsServer, View]) -> None:
    sds, view = server
    async with grpc.aio.insecure_channel(f"unix:{sds.path}") as channel:
        stream = channel.stream_stream(f"/{SERVICE}/DeltaSecrets")()
        await stream.write(subscribe("ROOTCA"))
        for trust in TRUST:
            view.commit({"ROOTCA": roots_secret(trust)})
            while not (response := RESPONSE.FromString(await stream.read())).resources:
                await stream.write(acknowledge(response))
            assert trust.pem in response.resources[0].resource.value
            await stream.write(acknowledge(response))
        assert sds.streams == 1
        stream.cancel()


async def test_nonsense_ends_only_its_own_stream(server: tuple[SdsServer, View]) -> None:
    sds, _ = server
    async with grpc.aio.insecure_channel(f"unix:{sds.path}") as channel:
        stream = channel.stream_stream(f"/{SERVICE}/DeltaSecrets")()
        await stream.write(b"\xff\xff\xff")
        assert await stream.code() == grpc.StatusCode.INVALID_ARGUMENT
        await channel.stream_stream(f"/{SERVICE}/DeltaSecrets")().write(subscribe("ROOTCA"))


async def test_socket_is_private_and_goes_with_its_server(server: tuple[SdsServer, View]) -> None:
    sds, _ = server
    assert sds.path.stat().st_mode & 0o777 == 0o600
    await sds.stop()
    assert not sds.path.exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root")
async def test_socket_belongs_to_envoys_user(tmp_path: Path) -> None:
    sds = SdsServer([], tmp_path / "sds.sock")
    await sds.start()
    assert sds.path.stat().st_uid == 1337
    await sds.stop()


async def test_too_long_path_is_explained(tmp_path: Path) -> None:
    with pytest.raises(LateenError, match="too long"):
        await SdsServer([], tmp_path / ("x" * 120)).start()
