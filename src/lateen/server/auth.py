"""Who is calling: by client certificate or by bearer token, never by what the caller says of itself."""

import math
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import NamedTuple, Protocol

from cryptography import x509

from lateen.base.clock import Clock
from lateen.base.errors import LateenError
from lateen.base.spiffe import Identity
from lateen.identity.certificate import expires_at, identity_of, load_chain

CA_AUDIENCE = "istio-ca"
"""The audience of the tokens with which agents call."""


class Unauthenticated(LateenError):
    """The caller did not prove who it is."""


class Forbidden(LateenError):
    """The caller is known and may not do this."""


class Caller(NamedTuple):
    """A proved workload. Pod and node are known only from a token that is bound to a pod ("" otherwise).

    `expires`: seconds since the epoch when the proof ends (a token's or certificate's end).
    """

    trust_domain: str
    namespace: str
    service_account: str
    pod_name: str = ""
    pod_uid: str = ""
    node: str = ""
    expires: float = math.inf

    @property
    def identity(self) -> Identity:
        """The SPIFFE identity of the caller."""
        return Identity(self.trust_domain, self.namespace, self.service_account)


class Authenticator(Protocol):
    """Looks tokens up where they were issued."""

    async def token(self, token: str, audience: str) -> Caller:
        """Return whose token it is; raises Unauthenticated when it is nobody's or for another audience."""
        ...


class Call(Protocol):
    """The part of grpc.aio.ServicerContext that says who is calling."""

    def auth_context(self) -> Mapping[str, Iterable[bytes]]: ...
    def invocation_metadata(self) -> Iterable[tuple[str, str | bytes]] | None: ...


class Callers:
    """Finds out who is calling over gRPC."""

    def __init__(
        self,
        authenticator: Authenticator,
        trust_domains: Collection[str],
        clock: Clock,
        revoked: Callable[[x509.Certificate], bool] = lambda _: False,
    ) -> None:
        """`trust_domains`: those whose certificates are accepted (one root may serve several)."""
        self._revoked = revoked
        self._authenticator = authenticator
        self._trust_domains = trust_domains
        self._clock = clock

    async def any_proof(self, call: Call) -> Caller:
        """Return the caller by its certificate or, where the connection has none, by its token."""
        return self._certified(call) or await self.by_token(call)

    async def by_token(self, call: Call) -> Caller:
        """Return the caller by its bearer token; raises Unauthenticated."""
        metadata = dict(call.invocation_metadata() or ())
        scheme, _, token = str(metadata.get("authorization", "")).partition(" ")
        if scheme.lower() != "bearer" or not token.strip():
            raise Unauthenticated("neither a client certificate nor a bearer token was given")
        return self._current(await self._authenticator.token(token.strip(), CA_AUDIENCE))

    def _certified(self, call: Call) -> Caller | None:
        """Return the caller by the certificate that TLS has verified; None when there is none."""
        pem = next(iter(call.auth_context().get("x509_pem_cert", ())), b"")
        if not pem:
            return None
        leaf = load_chain(pem)[0]
        if self._revoked(leaf):
            raise Unauthenticated("the client certificate is revoked")
        try:
            identity = identity_of(leaf)
        except ValueError as error:
            raise Unauthenticated(f"the client certificate is not a workload's: {error}") from None
        if identity.trust_domain not in self._trust_domains:
            raise Unauthenticated(f"the trust domain {identity.trust_domain!r} is not this mesh's")
        return self._current(Caller(*identity, expires=expires_at(leaf)))

    def _current(self, caller: Caller) -> Caller:
        if caller.expires <= self._clock.now():
            raise Unauthenticated("the caller's certificate or token has ended")
        return caller
