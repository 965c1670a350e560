"""Routes: which request goes where. VirtualService and HTTPRoute both end here."""

from typing import Literal

from msgspec import Struct

from lateen.base.refs import Origin


class StringMatch(Struct, frozen=True, gc=False):
    """How a text is compared. `prefix` is a plain text prefix; `path_prefix` ends at a `/` (Gateway API);
    `regex` is RE2 and must match the whole text; `present` ignores `value`."""

    kind: Literal["exact", "prefix", "path_prefix", "suffix", "regex", "present"]
    value: str = ""
    ignore_case: bool = False


class NamedMatch(Struct, frozen=True, gc=False):
    """A header (lower case; pseudo headers `:method`, `:authority`, `:scheme` too) or query parameter."""

    name: str
    match: StringMatch
    invert: bool = False


class RouteMatch(Struct, frozen=True, kw_only=True, gc=False):
    """All of it must hold. `path` None = every path. Query string is not part of the path."""

    path: StringMatch | None = None
    headers: tuple[NamedMatch, ...] = ()
    query: tuple[NamedMatch, ...] = ()


class HeaderChanges(Struct, frozen=True, gc=False):
    """Headers set (replace), added (append) and removed. Values are literal text."""

    set: tuple[tuple[str, str], ...] = ()
    add: tuple[tuple[str, str], ...] = ()
    remove: tuple[str, ...] = ()


class Destination(Struct, frozen=True, kw_only=True, gc=False):
    """One weighted target: the name of an `Upstream`."""

    upstream: str
    weight: int = 100
    request_headers: HeaderChanges = HeaderChanges()
    response_headers: HeaderChanges = HeaderChanges()


class Retries(Struct, frozen=True, kw_only=True, gc=False):
    """Retry policy: `attempts` 0 = none; `on` Envoy's comma list; status codes for retriable-status-codes."""

    attempts: int = 2
    per_try_timeout_ms: int = 0
    on: str = "connect-failure,refused-stream,unavailable,cancelled,retriable-status-codes"
    statuses: tuple[int, ...] = ()


class Rewrite(Struct, frozen=True, kw_only=True, gc=False):
    """`path` replaces the matched prefix (or the whole path of an exact match); `authority` the Host.
    `regex` (RE2, "" = none) replaces what it matches of the path by `substitution` instead."""

    path: str = ""
    authority: str = ""
    regex: str = ""
    substitution: str = ""


class Forward(Struct, frozen=True, kw_only=True, gc=False):
    """Send to one of `destinations` by weight. `timeout_ms` 0 = no limit (Istio's default)."""

    destinations: tuple[Destination, ...]
    timeout_ms: int = 0
    retries: Retries | None = Retries()
    rewrite: Rewrite | None = None


class Redirect(Struct, frozen=True, kw_only=True, gc=False):
    """Answer with a redirect; empty parts stay as the request has them. `port` 0 = unchanged."""

    path: str = ""
    authority: str = ""
    scheme: str = ""
    port: int = 0
    status: int = 301


class DirectResponse(Struct, frozen=True, gc=False):
    """Answer at once."""

    status: int
    body: str = ""


class Route(Struct, frozen=True, kw_only=True, gc=False):
    """One rule of a virtual host; the first that matches wins. `name` as the user named it, may be ""."""

    match: RouteMatch
    action: Forward | Redirect | DirectResponse
    name: str = ""
    request_headers: HeaderChanges = HeaderChanges()
    response_headers: HeaderChanges = HeaderChanges()
    origin: Origin = Origin()


class VirtualHost(Struct, frozen=True, kw_only=True, gc=False):
    """The routes of some host names. `name` Istio's: `reviews.default.svc.cluster.local:9080`, `allow_any`,
    `block_all`, `inbound|http|9080`."""

    name: str
    domains: tuple[str, ...]
    routes: tuple[Route, ...]
    require_tls: bool = False
    origin: Origin = Origin()


class RouteConfig(Struct, frozen=True, kw_only=True, gc=False):
    """A named route table: `9080` (outbound port), `inbound|9080||`, `http.8080` (gateway).

    Domains stand without ports: a port in the request's Host is not looked at.
    """

    name: str
    virtual_hosts: tuple[VirtualHost, ...]
