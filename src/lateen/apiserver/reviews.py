"""Answer who a token belongs to, who asks, and what somebody may do."""

from typing import Any

from lateen.apiserver.authentication import Authenticator, User
from lateen.apiserver.authorization import Attributes, allowed, denial
from lateen.apiserver.status import bad_request
from lateen.apiserver.tokens import AUDIENCE, TokenInvalid

Raw = dict[str, Any]


def review(plural: str, raw: Raw, user: User, authenticator: Authenticator) -> Raw:
    """Return the review `raw` of the resource `plural` with its status filled in."""
    spec = raw.get("spec") or {}
    match plural:
        case "tokenreviews":
            status = _token(spec, authenticator)
        case "selfsubjectreviews":
            status = {"userInfo": user.info()}
        case "selfsubjectaccessreviews":
            status = _access(spec, user)
        case _:
            groups = tuple(spec.get("groups") or ())
            status = _access(spec, User(spec.get("user") or "", groups))
    return raw | {"metadata": raw.get("metadata") or {}, "status": status}


def _token(spec: Raw, authenticator: Authenticator) -> Raw:
    token = spec.get("token")
    if not isinstance(token, str) or not token:
        raise bad_request("spec.token is required")
    try:
        user, audiences = authenticator.account(token, spec.get("audiences") or (AUDIENCE,))
    except TokenInvalid as error:
        return {"authenticated": False, "error": f"invalid bearer token: {error}"}
    return {"authenticated": True, "user": user.info(), "audiences": list(audiences)}


def _access(spec: Raw, user: User) -> Raw:
    asked = spec.get("resourceAttributes")
    if not isinstance(asked, dict):
        return {"allowed": "system:masters" in user.groups}
    names = ("verb", "group", "resource", "subresource", "namespace", "name")
    attributes = Attributes(*(str(asked.get(name) or "") for name in names))
    if allowed(user, attributes):
        return {"allowed": True, "reason": "allowed by the API server's table of roles"}
    return {"allowed": False, "reason": denial(user, attributes)}
