"""Certify keys for callers that prove by token which workload they are."""

import logging
from collections.abc import Awaitable, Callable

import grpc
import grpc.aio

from lateen.base.clock import SystemClock
from lateen.base.errors import LateenError
from lateen.base.spiffe import Identity
from lateen.identity.authority import DEFAULT_TTL, CertificateAuthority
from lateen.identity.certificate import dump_chain, load_chain
from lateen.identity.keys import RequestRefused
from lateen.identity.trust import TrustBundle
from lateen.proto.istio_ca import METHOD, SERVICE, CertificateRequest, CertificateResponse
from lateen.server.auth import Caller, Callers, Unauthenticated
from lateen.server.issuance import IssuanceLimit, TooOften

_log = logging.getLogger(__name__)


# Has a PEM request certified for an identity, for so many seconds; returns a chain. Raises LateenError.
Sign = Callable[[bytes, Identity, float], Awaitable[bytes]]


class CertificateService:
    """Istio's certificate service: CreateCertificate with a bearer token.

    The identity is the token's, the lifetime at most what the authority allows, and the facts beside the
    identity come from `facts_of`, which knows the registry: nothing is taken from the request but its key.
    """

    def __init__(
        self,
        callers: Callers,
        authority: Callable[[], CertificateAuthority],
        trust: Callable[[], TrustBundle],
        facts_of: Callable[[Caller], str] = lambda caller: "",
        limit: IssuanceLimit | None = None,
        outside: Sign | None = None,
        usual_ttl: float = DEFAULT_TTL,
    ) -> None:
        """`authority` and `trust` are asked at every call, so that both can change while running. `limit`: how often
        one pod may ask. `outside` signs in place of the authority: its certificates say nothing beside the identity.
        `usual_ttl`: the seconds that a certificate lives where nobody says how long."""
        self._callers = callers
        self._authority = authority
        self._trust = trust
        self._facts_of = facts_of
        self._limit = limit or IssuanceLimit(SystemClock(), 0)
        self._outside = outside
        self._usual_ttl = usual_ttl

    def handler(self) -> grpc.GenericRpcHandler:
        """Return the service, to be added to a gRPC server. Messages pass as bytes."""
        method = grpc.unary_unary_rpc_method_handler(self._create)
        return grpc.method_handlers_generic_handler(SERVICE, {METHOD: method})

    async def _create(self, data: bytes, call: grpc.aio.ServicerContext) -> bytes:
        who = call.peer()
        try:
            caller = await self._callers.by_token(call)
            who = f"{caller.identity.uri} at {who}"
            self._limit.take((caller.identity, caller.pod_uid or caller.pod_name))
            response = await self._certify(caller, CertificateRequest.decode(data))
        except Unauthenticated as error:
            _log.warning("certificate refused to %s: %s", who, error)
            await call.abort(grpc.StatusCode.UNAUTHENTICATED, str(error))
        except (RequestRefused, ValueError) as error:
            _log.warning("certificate refused to %s: %s", who, error)
            await call.abort(grpc.StatusCode.INVALID_ARGUMENT, str(error))
        except TooOften as error:
            _log.warning("certificate refused to %s: %s", who, error)
            await call.abort(grpc.StatusCode.RESOURCE_EXHAUSTED, f"{error}: {error.fix}")
        except LateenError as error:
            _log.error("cannot certify: %s", error)
            await call.abort(grpc.StatusCode.UNAVAILABLE, str(error))
        return response

    async def _certify(self, caller: Caller, request: CertificateRequest) -> bytes:
        ttl = float(request.validity) if request.validity > 0 else self._usual_ttl
        if self._outside is not None:
            chain = await self._outside(request.csr, caller.identity, ttl)
        else:
            chain = self._authority().sign(request.csr, caller.identity, ttl, self._facts_of(caller))
        certificates = load_chain(chain)
        _log.info("certified a key of %s for pod %s on node %s: serial %x, until %s", caller.identity.uri,
                  caller.pod_name or "-", caller.node or "-", certificates[0].serial_number,
                  certificates[0].not_valid_after_utc.isoformat())  # fmt: skip
        parts = [dump_chain([certificate]) for certificate in certificates]
        trust = self._trust()
        # Lists stand behind the roots: who knows nothing of them reads the certificates alone.
        return CertificateResponse([*parts, trust.pem + trust.revoked.pem]).encode()
