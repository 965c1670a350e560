"""One issuer of JWTs: where its tokens stand in requests, which keys prove them."""

from collections.abc import Iterator
from typing import Annotated, ClassVar

from msgspec import Meta

from lateen.base.errors import Fault
from lateen.base.foreign_json import read_json
from lateen.kinds.durations import duration_faults
from lateen.kinds.model import Duration, Model, named
from lateen.kinds.schema_rules import CelRule, only_one_of, stating
from lateen.kinds.urls import url_faults

_Text = Annotated[str, Meta(min_length=1)]
_OVER_HTTP = CelRule('url(self).getScheme() in ["http", "https"]', "url must have scheme http:// or https://")
_Uri = Annotated[str, Meta(min_length=1, max_length=2048, extra_json_schema=stating(_OVER_HTTP))]


class JWTHeader(Model, frozen=True, kw_only=True):
    """A header that carries the token, behind `prefix`."""

    name: _Text
    prefix: str = ""


class ClaimToHeader(Model, frozen=True, kw_only=True):
    """A claim that is copied into a header for the application."""

    header: Annotated[str, Meta(min_length=1, pattern="^[-_A-Za-z0-9]+$")]
    claim: _Text


class JWTRule(Model, frozen=True, kw_only=True):
    """`issuer` None = any. Keys: of `jwks_uri`, of `jwks` as text, or found by the issuer's discovery document.

    `jwks_uri_snake` is the field's older spelling.
    """

    schema_rules: ClassVar = (
        only_one_of("jwksUri", "jwks_uri", "jwks", message="only one of jwks or jwksUri can be set"),
    )

    issuer: _Text | None = None
    audiences: tuple[_Text, ...] = ()
    jwks_uri: _Uri | None = None
    jwks_uri_snake: _Uri | None = named("jwks_uri", None)
    jwks: str = ""
    from_headers: tuple[JWTHeader, ...] = ()
    from_params: tuple[_Text, ...] = ()
    output_payload_to_header: str = ""
    from_cookies: tuple[_Text, ...] = ()
    forward_original_token: bool = False
    output_claim_to_headers: tuple[ClaimToHeader, ...] = ()
    timeout: Duration | None = None
    space_delimited_claims: Annotated[tuple[_Text, ...], Meta(max_length=64)] = ()


def jwt_faults(path: str, rule: JWTRule) -> Iterator[Fault]:
    """Yield what is wrong with a rule."""
    uris = {"jwksUri": rule.jwks_uri, "jwks_uri": rule.jwks_uri_snake}
    given = [name for name, value in (*uris.items(), ("jwks", rule.jwks)) if value]
    if not given and not rule.issuer:
        yield Fault(f"{path}.issuer", "is required", "or give its keys in jwksUri or jwks")
    if len(given) > 1:
        yield Fault(path, f"only one of jwks or jwksUri can be set, not {' and '.join(given)}")
    for name, uri in uris.items():
        if uri:
            yield from url_faults(f"{path}.{name}", uri, ("http", "https"))
    if rule.jwks:
        yield from _key_faults(f"{path}.jwks", rule.jwks)
    yield from duration_faults(f"{path}.timeout", rule.timeout)


def _key_faults(path: str, text: str) -> Iterator[Fault]:
    try:
        keys = read_json(text)
    except ValueError as error:
        yield Fault(path, f"is not JSON: {error}", 'as {"keys": [...]}')
        return
    if not isinstance(keys, dict) or not isinstance(keys.get("keys"), list):
        yield Fault(path, "is not a set of keys", 'as {"keys": [...]}')
