"""What becomes of the requests that a rule of a route takes: filters, backends, and answers where there are none.

https://gateway-api.sigs.k8s.io/reference/spec/#httprouterule
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from lateen.kinds.gateway_api.header_filters import HTTPRequestMirrorFilter
from lateen.kinds.gateway_api.http_filters import (
    HTTPCORSFilter,
    HTTPPathModifier,
    HTTPRequestRedirectFilter,
    HTTPRouteFilter,
    HTTPURLRewriteFilter,
)
from lateen.kinds.gateway_api.references import BackendRef
from lateen.plan.matching import StringMatch
from lateen.plan.route import DirectResponse, Redirect, Rewrite
from lateen.plan.route_policy import Cors
from lateen.planner.gateway_api.backends import NOWHERE, Permitted, Refused, find_backend
from lateen.planner.gateway_api.header_filters import Changes, plan_changes
from lateen.planner.http_rule import Copy, Refer, Share
from lateen.planner.target import Target

FAILED: Final = 500
"""The answer where a rule leads nowhere."""


class Filters(Struct, frozen=True, kw_only=True):
    """What the filters of a rule or of a backend say together."""

    request: Changes = Changes()
    response: Changes = Changes()
    redirect: Refer | None = None
    rewrite: Rewrite | None = None
    mirrors: tuple[HTTPRequestMirrorFilter, ...] = ()
    cors: Cors | None = None
    unknown: bool = False

    @property
    def of_rules_only(self) -> bool:
        """Say whether they ask for what only a rule as a whole can do."""
        path = self.rewrite is not None and self.rewrite != Rewrite(authority=self.rewrite.authority)
        return path or bool(self.redirect or self.mirrors or self.cors)

    def beside(self, other: "Filters") -> "Filters":
        """Return them as those of a rule, whose only backend has `other`."""
        return replace(
            self,
            redirect=self.redirect or other.redirect,
            rewrite=_both(self.rewrite, other.rewrite),
            mirrors=(*self.mirrors, *other.mirrors),
            cors=self.cors or other.cors,
        )

    @property
    def whole_rewrite(self) -> Rewrite | None:
        """The rewrite, with the Host that headers set."""
        found = self.rewrite or Rewrite()
        found = replace(found, authority=found.authority or self.request.authority)
        return found if found != Rewrite() else None


def _both(one: Rewrite | None, other: Rewrite | None) -> Rewrite | None:
    """Take the rewrites of a rule and its backend together: of each part the backend's counts."""
    if one is None or other is None:
        return one or other
    path = other if other != Rewrite(authority=other.authority) else one
    return replace(path, authority=other.authority or one.authority)


def read_filters(said: Iterable[HTTPRouteFilter]) -> Filters:
    """Read filters. `unknown`: one of them is not known, so that requests must be answered with an error."""
    found = tuple(said)
    return Filters(
        request=plan_changes(next((one.request_header_modifier for one in found if one.request_header_modifier), None)),
        response=plan_changes(
            next((one.response_header_modifier for one in found if one.response_header_modifier), None)
        ),
        redirect=next((_redirect(one.request_redirect) for one in found if one.request_redirect), None),
        rewrite=next((_rewrite(one.url_rewrite) for one in found if one.url_rewrite), None),
        mirrors=tuple(one.request_mirror for one in found if one.request_mirror),
        cors=next((_cors(one.cors) for one in found if one.cors), None),
        unknown=any(one.type in ("ExtensionRef", "ExternalAuth") for one in found),
    )


def plan_copies(mirrors: Iterable[HTTPRequestMirrorFilter], namespace: str, permitted: Permitted) -> tuple[Copy, ...]:
    """Plan mirrors; those that lead nowhere are left out."""
    found = ((find_backend(one.backend_ref, namespace, permitted), _percent(one)) for one in mirrors)
    return tuple(Copy(target, percent) for target, percent in found if isinstance(target, Target) and percent)


def _percent(said: HTTPRequestMirrorFilter) -> float:
    if said.percent is not None:
        return float(said.percent)
    return 100.0 * said.fraction.numerator / said.fraction.denominator if said.fraction else 100.0


def plan_shares(
    backends: Sequence[tuple[BackendRef, Filters]], namespace: str, permitted: Permitted
) -> tuple[Share, ...] | DirectResponse:
    """Plan where requests go: a backend that means nothing keeps its share, which is answered with an error. So is
    everything, where one of several backends asks for what only a rule as a whole can do."""
    weighted = [filters for one, filters in backends if one.weight]
    if len(weighted) > 1 and any(one.of_rules_only for one in weighted):
        return DirectResponse(FAILED)
    found = tuple(_shares(backends, namespace, permitted))
    return found if any(one.target != NOWHERE for one in found) else DirectResponse(FAILED)


def _shares(backends: Sequence[tuple[BackendRef, Filters]], namespace: str, permitted: Permitted) -> Iterator[Share]:
    weighted = [(one, filters) for one, filters in backends if one.weight]
    for said, filters in weighted:
        target = find_backend(said, namespace, permitted)
        yield Share(
            target=NOWHERE if isinstance(target, Refused) or filters.unknown else target,
            weight=said.weight if len(weighted) > 1 else 100,
            authority=(filters.rewrite.authority if filters.rewrite else "") or filters.request.authority,
            request_headers=filters.request.headers,
            response_headers=filters.response.headers,
        )


def _redirect(said: HTTPRequestRedirectFilter) -> Refer:
    full, prefix = _paths(said.path)
    scheme = said.scheme or ""
    planned = Redirect(
        path=full or "",
        prefix=prefix if prefix is not None else "",
        authority=said.hostname,
        scheme=scheme,
        port=said.port or 0,
        status=said.status_code,
    )
    return Refer(planned, "" if said.port else "scheme" if scheme else "request", terse=True)


def _rewrite(said: HTTPURLRewriteFilter) -> Rewrite:
    full, prefix = _paths(said.path)
    if full is not None:
        return Rewrite(authority=said.hostname, regex="/.*", substitution=full.replace("\\", "\\\\"))
    return Rewrite(authority=said.hostname, path=prefix if prefix is not None else "")


def _paths(said: HTTPPathModifier | None) -> tuple[str | None, str | None]:
    """Return the whole path, and the prefix in the place of the one that matched; "" is `/`."""
    if said is None:
        return None, None
    full, prefix = said.replace_full_path, said.replace_prefix_match
    return None if full is None else full or "/", None if prefix is None else prefix or "/"


def _cors(said: HTTPCORSFilter) -> Cors:
    return Cors(
        origins=tuple(map(_origin, said.allow_origins)),
        methods=said.allow_methods,
        headers=said.allow_headers,
        expose=said.expose_headers,
        max_age_s=said.max_age,
        credentials=said.allow_credentials,
        forward_unmatched=False,
    )


def _origin(text: str) -> StringMatch:
    """A `*` is any part of a host, or any origin."""
    if text == "*":
        return StringMatch("regex", ".*")
    if "*" not in text:
        return StringMatch("exact", text)
    head, _, tail = text.partition("*")
    return StringMatch("regex", f"{re.escape(head)}[^/]+{re.escape(tail)}")
