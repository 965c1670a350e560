"""Ask the Kubernetes API whose token a caller holds."""

import base64
import math

import aiohttp
import msgspec

from lateen.base.redacted import Redacted
from lateen.server.auth import Caller, Unauthenticated
from lateen.sources.client import ApiError, Client

_POD_NAME = "authentication.kubernetes.io/pod-name"
_POD_UID = "authentication.kubernetes.io/pod-uid"
_NODE = "authentication.kubernetes.io/node-name"


class TokenReviews:
    """An authenticator by TokenReview: the API server says whose token it is, for which audience."""

    def __init__(self, client: Client, trust_domain: str) -> None:
        self._client = client
        self._trust_domain = trust_domain

    async def token(self, token: str, audience: str) -> Caller:
        """Return the service account and pod that `token` belongs to; raises Unauthenticated."""
        try:
            status = await self._client.review(Redacted(token.encode()), (audience,))
        except (ApiError, aiohttp.ClientError, OSError, TimeoutError) as error:
            raise Unauthenticated(f"the token could not be reviewed: {error}") from error
        if not status.get("authenticated"):
            raise Unauthenticated(status.get("error") or "the token is nobody's")
        # A server that knows nothing of audiences answers without any: it has not looked at this token's.
        if audience not in (status.get("audiences") or ()):
            raise Unauthenticated(f"the token is not for {audience!r}")
        return self._caller(status["user"], _expiry(token))

    def _caller(self, user: dict[str, object], expires: float) -> Caller:
        match str(user.get("username", "")).split(":"):
            case ["system", "serviceaccount", namespace, service_account]:
                pass
            case _:
                raise Unauthenticated("the token is not a service account's")
        extra = user.get("extra")
        extra = extra if isinstance(extra, dict) else {}
        pod, uid, node = (str((extra.get(name) or [""])[0]) for name in (_POD_NAME, _POD_UID, _NODE))
        return Caller(self._trust_domain, namespace, service_account, pod, uid, node, expires)


class _Claims(msgspec.Struct):
    exp: float = math.inf


def _expiry(token: str) -> float:
    """When a reviewed token ends; the review itself does not say."""
    try:
        part = token.split(".")[1]
        return msgspec.json.decode(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)), type=_Claims).exp
    except (IndexError, ValueError, msgspec.DecodeError):
        return math.inf
