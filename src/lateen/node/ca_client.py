"""Ask the control plane to certify keys, and for configuration that is the agent's own."""

from typing import Any, NamedTuple

import grpc
import grpc.aio

from lateen.base.errors import LateenError
from lateen.base.tasks import spawn
from lateen.identity.certificate import dump_chain, load_chain
from lateen.identity.trust import TrustBundle
from lateen.proto.istio_ca import METHOD, SERVICE, CertificateRequest, CertificateResponse

_OPTIONS = (
    ("grpc.enable_http_proxy", 0),
    ("grpc.initial_reconnect_backoff_ms", 200),
    ("grpc.max_reconnect_backoff_ms", 5_000),
    ("grpc.keepalive_time_ms", 30_000),
    ("grpc.keepalive_timeout_ms", 10_000),
)
_LAST_CALLS = 10.0
_DISCOVERY = "/envoy.service.discovery.v3.AggregatedDiscoveryService/DeltaAggregatedResources"


class Unavailable(LateenError):
    """The authority cannot be reached, refuses, or answers nonsense: ask again later."""


class Issued(NamedTuple):
    """A certificate chain, leaf first (PEM), and the roots that the mesh trusts now."""

    chain: bytes
    trust: TrustBundle


class CaClient:
    """A connection to the authority at `address` (host:port), whose certificate must be for `name`."""

    def __init__(self, address: str, name: str, trust: TrustBundle) -> None:
        self._address = address
        self._name = name
        self._channel = self._connect(trust)

    async def sign(self, csr: bytes, token: str, ttl: float, timeout: float = _LAST_CALLS) -> Issued:
        """Have the key of a PEM request certified for the owner of `token`; raises Unavailable."""
        call = self._channel.unary_unary(f"/{SERVICE}/{METHOD}")
        request = CertificateRequest(csr, int(ttl)).encode()
        try:
            answer = await call(request, metadata=_bearer(token), timeout=timeout)
        except grpc.aio.AioRpcError as error:
            raise Unavailable(f"{self._address}: {error.code().name.lower()}: {error.details()}") from None
        return _read(answer)

    def discover(self, token: str) -> "grpc.aio.StreamStreamCall[Any, Any]":
        """Open a delta stream of configuration for the pod that `token` is bound to. Messages pass as bytes."""
        return self._channel.stream_stream(_DISCOVERY)(metadata=_bearer(token))

    def trust(self, trust: TrustBundle) -> None:
        """Trust other roots from the next call on; calls under way end as they would have."""
        spawn(self._channel.close(grace=_LAST_CALLS), name="close the old connection to the authority")
        self._channel = self._connect(trust)

    async def close(self) -> None:
        """Close the connection."""
        await self._channel.close()

    def _connect(self, trust: TrustBundle) -> grpc.aio.Channel:
        credentials = grpc.ssl_channel_credentials(root_certificates=trust.pem)
        options = (*_OPTIONS, ("grpc.ssl_target_name_override", self._name))
        return grpc.aio.secure_channel(self._address, credentials, options=options)


def _bearer(token: str) -> tuple[tuple[str, str], ...]:
    return (("authorization", f"Bearer {token}"),)


def _read(answer: bytes) -> Issued:
    try:
        *chain, roots = CertificateResponse.decode(answer).chain
        return Issued(
            dump_chain(load_chain(b"\n".join(chain))), TrustBundle.parse(roots, roots if b"X509 CRL" in roots else b"")
        )
    except (ValueError, LateenError) as error:
        raise Unavailable(f"the authority's answer cannot be used: {error}") from None
