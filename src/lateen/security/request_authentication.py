"""Effective RequestAuthentication: whose tokens the requests to a workload may carry.

All policies in force count together. https://istio.io/latest/docs/reference/config/security/request_authentication/
"""

from collections.abc import Callable, Iterable, Iterator
from urllib.parse import urlsplit

from msgspec import Struct, structs

from lateen.kinds.object import Object
from lateen.kinds.security.jwt_rule import JWTRule
from lateen.kinds.security.request_authentication import RequestAuthenticationSpec
from lateen.plan.tokens import Keys, TokenIssuer
from lateen.registry.durations import milliseconds
from lateen.security.attachment import Attachment, attached
from lateen.security.keys import usable_keys

DISCOVERY = "/.well-known/openid-configuration"
# Claims that are lists within a text in every token: https://www.rfc-editor.org/rfc/rfc8693#section-4.2
_SCOPES = ("permission", "scope")


class TokenPolicy(Struct, frozen=True, kw_only=True):
    """One RequestAuthentication. Where an issuer's keys are not written in it, they are at the URL that its `keys`
    name."""

    attachment: Attachment
    issuers: tuple[TokenIssuer, ...]


def token_policy(found: Object) -> TokenPolicy | None:
    """Read a RequestAuthentication; None when it says nothing for a sidecar or gateway."""
    spec: RequestAuthenticationSpec = found.model.spec
    attachment = attached(found.namespace, spec.selector, (*spec.target_refs, spec.target_ref))
    if attachment is None or not spec.jwt_rules:
        return None
    issuers = (
        structs.replace(token_issuer(rule), origin=found.origin_at(f"spec.jwtRules[{index}]"))
        for index, rule in enumerate(spec.jwt_rules)
    )
    return TokenPolicy(attachment=attachment, issuers=tuple(issuers))


def token_issuer(rule: JWTRule) -> TokenIssuer:
    """Read a rule."""
    return TokenIssuer(
        keys=_keys(rule),
        issuer=rule.issuer or "",
        audiences=rule.audiences,
        headers=tuple((each.name, each.prefix) for each in rule.from_headers),
        params=rule.from_params,
        cookies=rule.from_cookies,
        forward=rule.forward_original_token,
        payload_header=rule.output_payload_to_header,
        claim_headers=tuple((each.header, each.claim) for each in rule.output_claim_to_headers),
        space_delimited=tuple(sorted({*_SCOPES, *rule.space_delimited_claims})),
    )


def compose(policies: Iterable[TokenPolicy], find: Callable[[TokenIssuer], Keys]) -> tuple[TokenIssuer, ...]:
    """Compose what policies in force come to. `find`: the keys of an issuer whose policy only names a URL."""

    def issuers() -> Iterator[TokenIssuer]:
        for policy in policies:
            for one in policy.issuers:
                yield one if one.keys.text or not one.keys.url else structs.replace(one, keys=find(one))

    return tuple(sorted(issuers(), key=lambda one: one.issuer))


def _keys(rule: JWTRule) -> Keys:
    timeout = milliseconds(rule.timeout) if rule.timeout else 5000
    if rule.jwks:
        return Keys(text=usable_keys(rule.jwks))
    url = rule.jwks_uri or rule.jwks_uri_snake or _discovery(rule.issuer or "")
    return Keys(url=url, timeout_ms=timeout)


def _discovery(issuer: str) -> str:
    """Return where an issuer tells of its keys: https://openid.net/specs/openid-connect-discovery-1_0.html"""
    return issuer.rstrip("/") + DISCOVERY if urlsplit(issuer).scheme in ("http", "https") else ""
