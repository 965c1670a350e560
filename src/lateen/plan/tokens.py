"""Tokens that requests may carry: who issues them, where they stand, and which keys prove them."""

from msgspec import Struct

from lateen.base.refs import Origin


class Keys(Struct, frozen=True, kw_only=True, gc=False):
    """An issuer's keys: `text` (a set of JSON Web Keys), or else where the proxy itself fetches them: `url` by
    `upstream`. With neither no key is known, and no token is accepted."""

    text: str = ""
    url: str = ""
    upstream: str = ""
    timeout_ms: int = 5000


class TokenIssuer(Struct, frozen=True, kw_only=True, gc=False, cache_hash=True):
    """Whose tokens are checked. `issuer` "" = any; `audiences` () = any. Tokens stand in `headers` (name, prefix),
    `params` of the query, `cookies`; () of all = Envoy's usual places. What is passed on: the token itself where
    `forward`, its claims as one header, `claim_headers` (header, claim). `space_delimited`: claims that are lists
    within a text."""

    keys: Keys
    issuer: str = ""
    audiences: tuple[str, ...] = ()
    headers: tuple[tuple[str, str], ...] = ()
    params: tuple[str, ...] = ()
    cookies: tuple[str, ...] = ()
    forward: bool = False
    payload_header: str = ""
    claim_headers: tuple[tuple[str, str], ...] = ()
    space_delimited: tuple[str, ...] = ()
    origin: Origin = Origin()
