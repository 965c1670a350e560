"""Check the tokens that requests carry: a bad one is refused, none at all is not.

What a good one says stands in this filter's metadata, under `payload`, for rules of access and of routing.
"""

from typing import Any

from lateen.envoy.fields import Extension, extend, milliseconds
from lateen.envoy.matching import PAYLOAD, TOKENS
from lateen.plan.listener import HttpProxy
from lateen.plan.tokens import Keys, TokenIssuer
from lateen.proto.descriptors import message

# Nobody answers there: Envoy then refuses the token, for want of keys. A set of keys it will not take empty.
_NOWHERE = "BlackHoleCluster"
_CACHE_SECONDS = 300
_OTHER_AUDIENCE = "response.code_details == 'jwt_authn_access_denied{Audiences_in_Jwt_are_not_allowed}'"


def jwt_authn(proxy: HttpProxy) -> Extension | None:
    """The filter, where anybody's tokens are checked."""
    if not proxy.tokens:
        return None
    config = message("envoy.extensions.filters.http.jwt_authn.v3.JwtAuthentication")(bypass_cors_preflight=True)
    names = [f"origins-{index}" for index in range(len(proxy.tokens))]
    for name, issuer in zip(names, proxy.tokens, strict=True):
        _provider(config.providers[name], issuer, clear_route=proxy.edge)
    rule = config.rules.add()
    rule.match.prefix = "/"
    _require(rule.requires.requires_any, names)
    return Extension(TOKENS, config)


def answer_other_audiences(mapper: Any) -> None:
    """Fill the mapping of local replies that answers a token for another audience 401, as every bad one: Envoy's own
    403 is for those whose token is good. https://www.rfc-editor.org/rfc/rfc6750#section-3.1"""
    cel = message("envoy.extensions.access_loggers.filters.cel.v3.ExpressionFilter")(expression=_OTHER_AUDIENCE)
    extend(mapper.filter.extension_filter, Extension("envoy.access_loggers.extension_filters.cel", cel))
    mapper.status_code.value = 401


def _provider(provider: Any, issuer: TokenIssuer, *, clear_route: bool) -> None:
    provider.issuer = issuer.issuer
    provider.audiences.extend(issuer.audiences)
    _keys(provider, issuer.keys)
    for name, prefix in issuer.headers:
        provider.from_headers.add(name=name, value_prefix=prefix)
    provider.from_params.extend(issuer.params)
    provider.from_cookies.extend(issuer.cookies)
    provider.forward = issuer.forward
    provider.forward_payload_header = issuer.payload_header
    for header, claim in issuer.claim_headers:
        provider.claim_to_headers.add(header_name=header, claim_name=claim)
    provider.payload_in_metadata = PAYLOAD
    provider.normalize_payload_in_metadata.space_delimited_claims.extend(issuer.space_delimited)
    provider.clear_route_cache = clear_route  # routes may be chosen by claims


def _keys(provider: Any, keys: Keys) -> None:
    if keys.text:
        provider.local_jwks.inline_string = keys.text
        return
    remote = provider.remote_jwks
    remote.http_uri.uri = keys.url or "http://nowhere.invalid/"
    remote.http_uri.cluster = keys.upstream or _NOWHERE
    milliseconds(remote.http_uri.timeout, keys.timeout_ms)
    remote.cache_duration.seconds = _CACHE_SECONDS
    if keys.upstream:
        remote.async_fetch.fast_listener = True  # fetched ahead, and again when that failed


def _require(any_of: Any, names: list[str]) -> None:
    """A good token of anybody; or, of each, a good one or none."""
    if len(names) == 1:
        _one_or_none(any_of, names[0])
        return
    for name in names:
        any_of.requirements.add(provider_name=name)
    every = any_of.requirements.add().requires_all
    for name in names:
        _one_or_none(every.requirements.add().requires_any, name)


def _one_or_none(any_of: Any, name: str) -> None:
    any_of.requirements.add(provider_name=name)
    any_of.requirements.add().allow_missing.SetInParent()
