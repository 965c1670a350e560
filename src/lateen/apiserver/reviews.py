"""Answer who a token belongs to, who asks, and what somebody may do."""

from typing import Any

from lateen.apiserver.authentication import Authenticator
from lateen.apiserver.authorization import Authorizer
from lateen.apiserver.paths import Target
from lateen.apiserver.rules import Attributes
from lateen.apiserver.status import Refusal, bad_request, invalid
from lateen.apiserver.tokens import AUDIENCE, TokenInvalid
from lateen.apiserver.user import User

Raw = dict[str, Any]

_AUTHORIZATION = "authorization.k8s.io"
# https://kubernetes.io/docs/reference/kubernetes-api/authorization-resources/
_NAMES = ("verb", "group", "resource", "subresource", "namespace", "name")


class Reviews:
    """Fills in the status of reviews, which are answered and never stored."""

    def __init__(self, authenticator: Authenticator, authorizer: Authorizer) -> None:
        self._authenticator, self._authorizer = authenticator, authorizer

    def answer(self, target: Target, raw: Raw, user: User) -> Raw:
        """Return the review `raw` with its status; Refusal 400 or 422 when it does not say what to review."""
        spec = raw.get("spec") or {}
        match target.plural:
            case "tokenreviews":
                status = self._token(spec)
            case "selfsubjectreviews":
                status = {"userInfo": user.info()}
            case "selfsubjectaccessreviews":
                status = self._access("SelfSubjectAccessReview", spec, user)
            case "selfsubjectrulesreviews":
                status = self._rules(spec, user)
            case _:
                status = self._other(target, spec)
        return raw | {"metadata": raw.get("metadata") or {}, "status": status}

    def _token(self, spec: Raw) -> Raw:
        token = spec.get("token")
        if not isinstance(token, str) or not token:
            raise bad_request("token is required for TokenReview in authentication")
        try:
            user, audiences = self._authenticator.token(token, spec.get("audiences") or (AUDIENCE,))
        except TokenInvalid as error:
            return {"authenticated": False, "user": {}, "error": f"invalid bearer token: {error}"}
        return {"authenticated": True, "user": user.info(), "audiences": list(audiences)}

    def _other(self, target: Target, spec: Raw) -> Raw:
        kind = "LocalSubjectAccessReview" if target.namespace else "SubjectAccessReview"
        name, groups = spec.get("user") or "", tuple(spec.get("groups") or ())
        if not name and not groups:
            raise _required(kind, "spec.user", "at least one of user or group must be specified")
        if target.namespace and (spec.get("resourceAttributes") or {}).get("namespace") != target.namespace:
            raise _required(kind, "spec.resourceAttributes.namespace", "must match metadata.namespace")
        return self._access(kind, spec, User(name, groups, spec.get("uid") or ""))

    def _access(self, kind: str, spec: Raw, user: User) -> Raw:
        asked, path = spec.get("resourceAttributes"), spec.get("nonResourceAttributes")
        if isinstance(asked, dict) is isinstance(path, dict):
            why = "exactly one of nonResourceAttributes or resourceAttributes must be specified"
            raise _required(kind, "spec.resourceAttributes", why)
        if isinstance(path, dict):
            attributes = Attributes(str(path.get("verb") or ""), path=str(path.get("path") or "/"))
        else:
            attributes = Attributes(*(str((asked or {}).get(name) or "") for name in _NAMES))
        return {"allowed": self._authorizer.allowed(user, attributes)}

    def _rules(self, spec: Raw, user: User) -> Raw:
        namespace = spec.get("namespace")
        if not isinstance(namespace, str) or not namespace:
            raise _required("SelfSubjectRulesReview", "spec.namespace", "no namespace on request")
        rules = dict.fromkeys(self._authorizer.rules(user, namespace))
        return {
            "resourceRules": [rule.raw() for rule in rules if not rule.paths],
            "nonResourceRules": [rule.raw() for rule in rules if rule.paths],
            "incomplete": False,
        }


def _required(kind: str, field: str, why: str) -> Refusal:
    return invalid(_AUTHORIZATION, kind, "", [{"reason": "FieldValueInvalid", "message": why, "field": field}])
