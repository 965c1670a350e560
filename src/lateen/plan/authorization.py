"""Authorization: rules on who may do what, as a small boolean language, and who is asked beside the rules."""

from typing import Literal

from msgspec import Struct

from lateen.base.refs import Origin
from lateen.plan.matching import StringMatch


class Anything(Struct, frozen=True, gc=False):
    """Holds always."""


class Not(Struct, frozen=True, gc=False):
    """Holds where `negated` does not."""

    negated: "Expression"


class AllOf(Struct, frozen=True, gc=False):
    """Holds where all of it does."""

    all_of: tuple["Expression", ...]


class AnyOf(Struct, frozen=True, gc=False):
    """Holds where some of it does."""

    any_of: tuple["Expression", ...]


class Peer(Struct, frozen=True, gc=False):
    """The URI in the certificate that the client has proved, whole: `spiffe://…`."""

    peer: StringMatch


class ClientAddress(Struct, frozen=True, gc=False):
    """Where the connection comes from; `original`: where the request came from, as proxies in front tell."""

    client: str
    original: bool = False


class DestinationAddress(Struct, frozen=True, gc=False):
    """Where the connection was going."""

    destination: str


class DestinationPort(Struct, frozen=True, gc=False):
    """The port that the connection was going to."""

    port: int


class ServerName(Struct, frozen=True, gc=False):
    """The server name in the client's handshake."""

    server_name: StringMatch


class Header(Struct, frozen=True, gc=False):
    """A header, or pseudo header such as `:method`. Of HTTP only."""

    header: str
    match: StringMatch


class Path(Struct, frozen=True, gc=False):
    """The path, normalized, without its query. Of HTTP only."""

    path: StringMatch


class PathTemplate(Struct, frozen=True, gc=False):
    """The path's segments: `*` is one, `**` any number of them. Of HTTP only."""

    template: str


class Metadata(Struct, frozen=True, gc=False):
    """What a filter found out: at `path`, a text that some of `texts` match, or a list with one that some of `members`
    match."""

    filter: str
    path: tuple[str, ...]
    texts: tuple[StringMatch, ...] = ()
    members: tuple[StringMatch, ...] = ()


Attribute = (
    Peer | ClientAddress | DestinationAddress | DestinationPort | ServerName | Header | Path | PathTemplate | Metadata
)
Expression = Anything | Not | AllOf | AnyOf | Attribute

NEVER = Not(Anything())


class Rule(Struct, frozen=True, kw_only=True, gc=False, cache_hash=True):
    """Takes a request where some of `permissions` (what is asked for) and some of `principals` (by whom) hold. `name`
    is unique among the rules in force: `ns[foo]-policy[httpbin]-rule[0]`."""

    name: str
    permissions: tuple[Expression, ...]
    principals: tuple[Expression, ...]
    origin: Origin = Origin()


class Stage(Struct, frozen=True, kw_only=True, gc=False, cache_hash=True):
    """One look at a request. ALLOW: only what some of `rules` takes passes; DENY: only what none takes; LOG: all
    passes, what some takes is marked. `rules` None: nothing is enforced. `trial`: rules that are only counted and
    noted, under `trial_prefix`."""

    action: Literal["ALLOW", "DENY", "LOG"]
    rules: tuple[Rule, ...] | None = None
    trial: tuple[Rule, ...] | None = None
    trial_prefix: str = ""


class HeaderPatterns(Struct, frozen=True, kw_only=True, gc=False):
    """Which headers pass between a request and who is asked about it."""

    to_provider: tuple[StringMatch, ...] = ()
    added_to_provider: tuple[tuple[str, str], ...] = ()
    to_upstream: tuple[StringMatch, ...] = ()
    to_client_on_deny: tuple[StringMatch, ...] = ()
    to_client_on_allow: tuple[StringMatch, ...] = ()


class Body(Struct, frozen=True, gc=False):
    """How much of a request's body is shown: `partial`: the first part of a longer one, else that is refused."""

    bytes: int
    partial: bool = False
    as_bytes: bool = False


class Provider(Struct, frozen=True, kw_only=True, gc=False):
    """Who decides: a service asked over gRPC or HTTP, by the name of its upstream. `path_prefix`, `headers`: of HTTP.
    `fail_open`: what cannot be asked passes; else it is answered `error_status` (0 = 403)."""

    name: str
    protocol: Literal["grpc", "http"]
    upstream: str
    authority: str
    port: int
    timeout_ms: int
    path_prefix: str = ""
    fail_open: bool = False
    error_status: int = 0
    clear_route: bool = False
    body: Body | None = None
    headers: HeaderPatterns = HeaderPatterns()


class Consultation(Struct, frozen=True, kw_only=True, gc=False, cache_hash=True):
    """Requests that `stage` marks are decided by a provider. `mark`: how the names of its rules begin."""

    stage: Stage
    mark: str
    provider: Provider


class Checks(Struct, frozen=True, kw_only=True, gc=False, cache_hash=True):
    """What a request has to pass, in this order: first what others are asked (a Stage alone: refused, for nobody can
    be asked), then the rules."""

    custom: tuple[Consultation | Stage, ...] = ()
    stages: tuple[Stage, ...] = ()


NO_CHECKS = Checks()


class Authorization(Struct, frozen=True, kw_only=True, gc=False):
    """What is checked of requests, and of connections of which nobody understands the bytes."""

    http: Checks = NO_CHECKS
    tcp: Checks = NO_CHECKS


NO_AUTHORIZATION = Authorization()
