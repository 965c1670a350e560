"""Routes: which request goes where. VirtualService and HTTPRoute both end here."""

from typing import Literal

from msgspec import Struct

from lateen.base.refs import Origin
from lateen.plan.matching import RouteMatch
from lateen.plan.route_policy import Cors, Fault, HashKey, Mirror, Session


class HeaderChanges(Struct, frozen=True, gc=False):
    """Headers set (replace), added (append) and removed. Values are Envoy's format strings: `%HOSTNAME%`."""

    set: tuple[tuple[str, str], ...] = ()
    add: tuple[tuple[str, str], ...] = ()
    remove: tuple[str, ...] = ()


class Destination(Struct, frozen=True, kw_only=True, gc=False):
    """One weighted target: the name of an `Upstream`. `authority`: the Host it is asked by, "" = as it came."""

    upstream: str
    weight: int = 100
    authority: str = ""
    request_headers: HeaderChanges = HeaderChanges()
    response_headers: HeaderChanges = HeaderChanges()


class Retries(Struct, frozen=True, kw_only=True, gc=False):
    """Retry policy: `attempts` 0 = none; `on` Envoy's comma list; status codes for retriable-status-codes.

    `backoff_ms` 0 = Envoy's 25 ms. `other_hosts`: prefer endpoints that this request has not tried.
    `other_localities`: and localities.
    """

    attempts: int = 2
    per_try_timeout_ms: int = 0
    on: str = "connect-failure,refused-stream,unavailable,cancelled,retriable-status-codes"
    statuses: tuple[int, ...] = ()
    backoff_ms: int = 0
    other_hosts: bool = True
    other_localities: bool = False


class Rewrite(Struct, frozen=True, kw_only=True, gc=False):
    """`path` replaces the matched prefix (or the whole path of an exact match); `authority` the Host.
    `regex` (RE2, "" = none) replaces what it matches of the path by `substitution` instead."""

    path: str = ""
    authority: str = ""
    regex: str = ""
    substitution: str = ""


class Forward(Struct, frozen=True, kw_only=True, gc=False):
    """Send to one of `destinations` by weight. `timeout_ms` 0 = no limit (Istio's default). `hashing`: by
    what an endpoint is chosen, where the upstream's balancer hashes. `missing`: the answer where there is no such
    upstream."""

    destinations: tuple[Destination, ...]
    timeout_ms: int = 0
    retries: Retries | None = Retries()
    rewrite: Rewrite | None = None
    mirrors: tuple[Mirror, ...] = ()
    hashing: tuple[HashKey, ...] = ()
    missing: Literal[500, 503] = 503


class Redirect(Struct, frozen=True, kw_only=True, gc=False):
    """Answer with a redirect; empty parts stay as the request has them. `port` 0 = unchanged. `prefix`
    replaces the matched prefix instead of the whole `path`."""

    path: str = ""
    prefix: str = ""
    authority: str = ""
    scheme: str = ""
    port: int = 0
    status: int = 301


class DirectResponse(Struct, frozen=True, gc=False):
    """Answer at once."""

    status: int
    body: str = ""


class Route(Struct, frozen=True, kw_only=True, gc=False):
    """One rule of a virtual host; the first that matches wins. `name` as the user named it, may be "".
    `stat_prefix`: count its requests apart under this name, "" = not."""

    match: RouteMatch
    action: Forward | Redirect | DirectResponse
    name: str = ""
    request_headers: HeaderChanges = HeaderChanges()
    response_headers: HeaderChanges = HeaderChanges()
    fault: Fault | None = None
    cors: Cors | None = None
    session: Session | None = None
    stat_prefix: str = ""
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
