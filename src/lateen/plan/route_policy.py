"""What a route does beside forwarding: faults, copies, cross-origin rules, and what it hashes by."""

from typing import Literal

from msgspec import Struct

from lateen.plan.matching import StringMatch


class Delay(Struct, frozen=True, gc=False):
    """Hold back `percent` (0 to 100) of the requests for `ms` milliseconds."""

    ms: int
    percent: float


class Abort(Struct, frozen=True, gc=False):
    """Answer `percent` (0 to 100) of the requests with an HTTP status, or with a gRPC status (`status` 0)."""

    status: int
    percent: float
    grpc: int = 0


class Fault(Struct, frozen=True, gc=False):
    """Faults injected on purpose; at least one."""

    delay: Delay | None = None
    abort: Abort | None = None


class Mirror(Struct, frozen=True, gc=False):
    """Send copies of `percent` (0 to 100) of the requests to an `Upstream` too, and forget the answers."""

    upstream: str
    percent: float = 100.0


class Cors(Struct, frozen=True, kw_only=True, gc=False):
    """Cross-origin requests that are allowed. `max_age_s` -1 and `credentials` None: nothing is said.
    `forward_unmatched`: preflights of other origins reach the application."""

    origins: tuple[StringMatch, ...] = ()
    methods: tuple[str, ...] = ()
    headers: tuple[str, ...] = ()
    expose: tuple[str, ...] = ()
    max_age_s: int = -1
    credentials: bool | None = None
    forward_unmatched: bool = True


class Session(Struct, frozen=True, kw_only=True, gc=False):
    """Requests of one client go to the endpoint of its first one, which a cookie or a header tells. A cookie with
    `ttl_ms` >= 0 lasts so long, others as long as the client wants (`ttl_ms` -1)."""

    kind: Literal["cookie", "header"]
    name: str
    path: str = ""
    ttl_ms: int = -1


class HashKey(Struct, frozen=True, kw_only=True, gc=False):
    """What requests to one endpoint have in common: a header, a cookie, a query parameter (`name`), or the
    client's address. A cookie with `ttl_ms` >= 0 is made where it is missing (0: for the session)."""

    kind: Literal["header", "cookie", "query", "source_ip"]
    name: str = ""
    path: str = ""
    ttl_ms: int = -1
    attributes: tuple[tuple[str, str], ...] = ()
