"""Rules for HTTP, in whatever kind of object they were written: which requests they take, and what becomes of these."""

from typing import Literal

from msgspec import Struct

from lateen.base.refs import Origin
from lateen.plan.matching import RouteMatch
from lateen.plan.route import DirectResponse, HeaderChanges, Redirect, Retries, Rewrite
from lateen.plan.route_policy import Cors, Fault, Session
from lateen.planner.site import EVERYWHERE, Where
from lateen.planner.target import Target


class Match(Struct, frozen=True, kw_only=True):
    """Which requests, where. `name`, `stat_prefix`: as the user wrote them, "" = nothing."""

    request: RouteMatch = RouteMatch()
    where: Where = EVERYWHERE
    name: str = ""
    stat_prefix: str = ""


class Share(Struct, frozen=True, kw_only=True):
    """A target's share of the requests. `authority`: the Host it is asked by, "" = as it came."""

    target: Target
    weight: int = 100
    authority: str = ""
    request_headers: HeaderChanges = HeaderChanges()
    response_headers: HeaderChanges = HeaderChanges()


class Copy(Struct, frozen=True):
    """A target that gets copies of `percent` of the requests."""

    target: Target
    percent: float


class Send(Struct, frozen=True, kw_only=True):
    """Requests are forwarded, by weight. `timeout_ms` 0 = no limit; `retries` None = the mesh's default. `missing`: the
    answer where a target does not exist."""

    shares: tuple[Share, ...]
    timeout_ms: int = 0
    retries: Retries | None = None
    rewrite: Rewrite | None = None
    mirrors: tuple[Copy, ...] = ()
    missing: Literal[500, 503] = 503


class Refer(Struct, frozen=True):
    """Clients are sent elsewhere: to the port of the `redirect`, or to the one where the request came in, or to that of
    the scheme. `terse`: a port that is the scheme's own is not said."""

    redirect: Redirect
    port: Literal["", "request", "scheme"] = ""
    terse: bool = False


class HttpRule(Struct, frozen=True, kw_only=True):
    """A rule, and where it was written. `matches`: any of them."""

    action: Send | Refer | DirectResponse
    matches: tuple[Match, ...] = (Match(),)
    name: str = ""
    request_headers: HeaderChanges = HeaderChanges()
    response_headers: HeaderChanges = HeaderChanges()
    fault: Fault | None = None
    cors: Cors | None = None
    session: Session | None = None
    origin: Origin = Origin()

    @property
    def targets(self) -> tuple[Target, ...]:
        """Where it sends requests or copies of them."""
        if not isinstance(self.action, Send):
            return ()
        return (*(one.target for one in self.action.shares), *(one.target for one in self.action.mirrors))
