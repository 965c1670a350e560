"""The gRPC server: TLS with certificates that change while it runs, bounded messages, keepalive."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import grpc
import grpc.aio

from lateen.base.errors import LateenError
from lateen.identity.authority import KeyPair
from lateen.identity.trust import TrustBundle

_OPTIONS = (
    # A proxy that reconnects names everything it holds: 100,000 names of 100 bytes still fit.
    ("grpc.max_receive_message_length", 16 << 20),
    ("grpc.max_send_message_length", -1),
    ("grpc.max_metadata_size", 64 << 10),
    ("grpc.keepalive_time_ms", 30_000),
    ("grpc.keepalive_timeout_ms", 10_000),
    ("grpc.keepalive_permit_without_calls", 1),
    ("grpc.http2.min_ping_interval_without_data_ms", 10_000),
    # Two control planes on one port must fail, not share it.
    ("grpc.so_reuseport", 0),
)


class Endpoint(NamedTuple):
    """An address `host:port` to listen on. `mutual`: only for clients with a certificate of the mesh.

    gRPC for Python cannot ask for a certificate without insisting on it, so proxies (with certificates) and
    agents (with tokens) have an address each; every service answers on both.
    """

    address: str
    mutual: bool


class GrpcServer:
    """Serves `handlers` over TLS."""

    def __init__(
        self,
        handlers: Sequence[grpc.GenericRpcHandler],
        certificate: Callable[[], KeyPair],
        trust: Callable[[], TrustBundle],
    ) -> None:
        """`certificate` and `trust` are asked at every handshake (from a thread of gRPC's)."""
        self._handlers = handlers
        self._certificate = certificate
        self._trust = trust
        self._server: grpc.aio.Server | None = None

    async def start(self, endpoints: Sequence[Endpoint]) -> list[int]:
        """Listen on `endpoints` and return their ports; raises LateenError when one cannot be had."""
        server = grpc.aio.server(options=_OPTIONS)
        server.add_generic_rpc_handlers(tuple(self._handlers))
        ports = []
        for endpoint in endpoints:
            try:
                ports.append(server.add_secure_port(endpoint.address, self._credentials(endpoint.mutual)))
            except RuntimeError:
                raise LateenError(
                    f"cannot listen on {endpoint.address}",
                    "stop what listens there, or choose another address",
                ) from None
        await server.start()
        self._server = server
        return ports

    async def stop(self, grace: float = 0.5) -> None:
        """Close the streams after at most `grace` seconds."""
        if self._server is not None:
            await self._server.stop(grace)

    def _credentials(self, mutual: bool) -> grpc.ServerCredentials:
        shown: tuple[KeyPair, TrustBundle] | None = None

        def changed() -> Any:
            nonlocal shown
            wanted = (self._certificate(), self._trust())
            if wanted == shown:
                return None
            shown = wanted
            pair, trust = wanted
            return grpc.ssl_server_certificate_configuration(
                [(pair.key.reveal(), pair.chain)], root_certificates=trust.pem if mutual else None
            )

        return grpc.dynamic_ssl_server_credentials(changed(), changed, require_client_authentication=mutual)
