"""Say who sends a request: by a token of the server's own file, or by a service account's; else nobody."""

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from lateen.apiserver.admission import Lookup
from lateen.apiserver.status import Refusal
from lateen.apiserver.tokens import AUDIENCE, Claims, Subject, TokenInvalid, TokenKey
from lateen.apiserver.user import ANONYMOUS, AUTHENTICATED, User, account_groups, account_name
from lateen.base.clock import Clock, SystemClock
from lateen.base.redacted import Redacted
from lateen.base.refs import Key
from lateen.kinds.all import by_kind

# How long, in seconds, the token of a pod that is being deleted still counts beyond the pod's grace period.
_LEEWAY = 60


class Authenticator:
    """Bearer tokens to users. Whatever cannot be proved is refused."""

    def __init__(
        self,
        tokens: Sequence[tuple[User, Redacted]],
        key: TokenKey,
        lookup: Lookup,
        *,
        clock: Clock | None = None,
    ) -> None:
        # Kept as digests: a lookup's timing then tells nothing about a token.
        self._users = {_digest(token.reveal()): user for user, token in tokens}
        self._key, self._lookup = key, lookup
        self._clock = clock or SystemClock()

    def user(self, authorization: str, certificate: Mapping[str, Any] | None = None) -> User:
        """The user of an Authorization header; Refusal 401 when it proves nobody. Without one: the user of the client's
        certificate, which TLS has verified (as `SSLSocket.getpeercert` gives it); without both nobody in particular."""
        if not authorization:
            return certified(certificate) or ANONYMOUS
        scheme, _, token = authorization.partition(" ")
        try:
            if scheme.lower() != "bearer":
                raise TokenInvalid("no bearer token")
            return self.token(token.strip(), (AUDIENCE,))[0]
        except TokenInvalid:
            raise Refusal(401, "Unauthorized") from None

    def token(self, token: str, audiences: Sequence[str]) -> tuple[User, tuple[str, ...]]:
        """The user that a token proves, and for which of `audiences`; raises TokenInvalid."""
        user = self._static(token)
        if user is None:
            return self.account(token, audiences)
        if AUDIENCE not in audiences:
            raise TokenInvalid("made for another audience")
        return user, (AUDIENCE,)

    def account(self, token: str, audiences: Sequence[str]) -> tuple[User, tuple[str, ...]]:
        """The service account that a token proves, and for which of `audiences`; raises TokenInvalid."""
        claims = self._key.verify(token, self._clock.now())
        shared = tuple(audience for audience in audiences if audience in claims.audiences)
        if not shared:
            raise TokenInvalid("made for another audience")
        self._check_living(claims.subject)
        return _account_user(claims), shared

    def _static(self, token: str) -> User | None:
        wanted = _digest(token.encode())
        return next((user for digest, user in self._users.items() if hmac.compare_digest(digest, wanted)), None)

    def _check_living(self, subject: Subject) -> None:
        """A token dies with its service account and with the pod it is bound to."""
        account = self._lookup(by_kind("ServiceAccount"), Key(subject.namespace, subject.account.name))
        if account is None or account["metadata"]["uid"] != subject.account.uid:
            raise TokenInvalid("the service account is gone")
        if subject.pod is None:
            return
        pod = self._lookup(by_kind("Pod"), Key(subject.namespace, subject.pod.name))
        if pod is None or pod["metadata"]["uid"] != subject.pod.uid:
            raise TokenInvalid("the pod is gone")
        end = pod["metadata"].get("deletionTimestamp")
        if end and self._clock.now() > datetime.fromisoformat(end).timestamp() + _LEEWAY:
            raise TokenInvalid("the pod is gone")


def certified(certificate: Mapping[str, Any] | None) -> User | None:
    """The user that a certificate names: its common name, in the groups of its organizations; None without a name."""
    pairs = [pair for each in (certificate or {}).get("subject", ()) for pair in each]
    name = next((value for key, value in pairs if key == "commonName"), "")
    groups = tuple(value for key, value in pairs if key == "organizationName")
    return User(name, (*groups, AUTHENTICATED)) if name else None


def _account_user(claims: Claims) -> User:
    subject = claims.subject
    # Source: the extra keys that Kubernetes documents for bound service-account tokens.
    prefix = "authentication.kubernetes.io/"
    extra = {f"{prefix}credential-id": (f"JTI={claims.token_id}",)}
    for noun, reference in (("pod", subject.pod), ("node", subject.node)):
        if reference is not None:
            extra |= {f"{prefix}{noun}-name": (reference.name,), f"{prefix}{noun}-uid": (reference.uid,)}
    name = account_name(subject.namespace, subject.account.name)
    return User(name, account_groups(subject.namespace), subject.account.uid, extra, subject)


def _digest(token: bytes) -> bytes:
    return hashlib.sha256(token).digest()
