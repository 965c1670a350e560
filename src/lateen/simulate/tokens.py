"""What the JWT filter makes of a call's token, whose signature is taken to be good.

https://www.envoyproxy.io/docs/envoy/v1.40.0/configuration/http/http_filters/jwt_authn_filter
"""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from lateen.proto import types
from lateen.simulate.call import Call
from lateen.simulate.proxy import unpack

FILTER = "envoy.filters.http.jwt_authn"
KIND = "envoy.extensions.filters.http.jwt_authn.v3.JwtAuthentication"
_NOWHERE = "BlackHoleCluster"


class Token(NamedTuple):
    """`claims`: what rules may read, None = nothing. `refusal`: why the request is answered 401, "" = it is not."""

    claims: Mapping[str, Any] | None
    refusal: str = ""


def verify(filters: Iterable[Any], call: Call) -> Token:
    """Say what comes of a call's token. Where nobody checks it, nothing in it counts."""
    for each in filters:
        if types.message_name(each.typed_config.type_url) == KIND and call.claims is not None:
            return _by(unpack(each.typed_config), call.claims)
    return Token(None)


def _by(config: Any, claims: Mapping[str, Any]) -> Token:
    issuers = [one for one in config.providers.values() if one.issuer in ("", claims.get("iss"))]
    if not issuers:
        return Token(None, "Jwt issuer is not configured")
    refusals = [_refusal(one, claims) for one in issuers]
    return Token(None, refusals[0]) if all(refusals) else Token(claims)


def _refusal(provider: Any, claims: Mapping[str, Any]) -> str:
    if provider.remote_jwks.http_uri.cluster == _NOWHERE:
        return "Jwks remote fetch is failed"
    said = claims.get("aud", ())
    audiences = {said} if isinstance(said, str) else set(said)
    if provider.audiences and not audiences & set(provider.audiences):
        return "Audiences in Jwt are not allowed"
    return ""
