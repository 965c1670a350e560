"""Addresses are exclusive, and taken ones are explained."""

import socket

import pytest

from lateen.base.clock import SystemClock
from lateen.base.errors import LateenError
from lateen.identity.authority import CertificateAuthority
from lateen.server.grpc_server import Endpoint, GrpcServer
from lateen.server.server_certificate import ServerCertificate


@pytest.mark.parametrize("mutual", [False, True])
async def test_taken_address_is_an_error(mutual: bool) -> None:
    clock = SystemClock()
    authority = CertificateAuthority.create("cluster.local", clock)
    certificate = ServerCertificate(lambda: authority, ["a.b"], "spiffe://cluster.local/ns/a/sa/b", clock)
    server = GrpcServer([], certificate.current, lambda: authority.trust)
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(LateenError, match=f"cannot listen on 127.0.0.1:{port}"):
            await server.start([Endpoint(f"127.0.0.1:{port}", mutual)])
    await server.stop()
