"""What a rule of a VirtualService does with a request: forward, redirect, or answer at once."""

from base64 import b64decode
from collections.abc import Iterator
from typing import Literal

from lateen.kinds.networking.fault_injection import Percentage
from lateen.kinds.networking.http_actions import HTTPDirectResponse, HTTPRedirect, HTTPRewrite
from lateen.kinds.networking.http_route import HTTPMirrorPolicy, HTTPRoute
from lateen.plan.route import DirectResponse, Redirect, Retries, Rewrite
from lateen.planner.header_changes import plan_changes
from lateen.planner.http_rule import Copy, Refer, Send, Share
from lateen.planner.retries import plan_retries
from lateen.planner.route_policies import share
from lateen.planner.target import target
from lateen.registry.durations import milliseconds

_PORTS: dict[str | None, Literal["request", "scheme"]] = {
    "FROM_REQUEST_PORT": "request",
    "FROM_PROTOCOL_DEFAULT": "scheme",
}


def read_action(rule: HTTPRoute, namespace: str) -> Send | Refer | DirectResponse | None:
    """Read what becomes of a request; None where the rule names no destination. `namespace`: the VirtualService's."""
    if rule.redirect is not None:
        return _refer(rule.redirect)
    if rule.direct_response is not None:
        return _answer(rule.direct_response)
    shares = tuple(_shares(rule, namespace))
    if not shares:
        return None
    return Send(
        shares=shares,
        timeout_ms=milliseconds(rule.timeout),
        retries=(plan_retries(rule.retries) or Retries(attempts=0)) if rule.retries else None,
        rewrite=_rewrite(rule),
        mirrors=tuple(_copies(rule, namespace)),
    )


def _shares(rule: HTTPRoute, namespace: str) -> Iterator[Share]:
    for to in rule.route:
        # The weight of an only destination does not count; 0 among several means none of the traffic.
        if len(rule.route) > 1 and not to.weight:
            continue
        changes = plan_changes(to.headers)
        yield Share(
            target=target(to.destination, namespace),
            weight=to.weight if len(rule.route) > 1 else 100,
            authority=changes.authority,
            request_headers=changes.request,
            response_headers=changes.response,
        )


def _copies(rule: HTTPRoute, namespace: str) -> Iterator[Copy]:
    for policy in _mirror_policies(rule):
        percent = share(policy.percentage, 100.0)
        if percent:
            yield Copy(target(policy.destination, namespace), percent)


def _mirror_policies(rule: HTTPRoute) -> Iterator[HTTPMirrorPolicy]:
    """`mirrors`, and the older `mirror` with its percentage, of which there are three spellings."""
    yield from rule.mirrors
    if rule.mirror is not None:
        old = rule.mirror_percent if rule.mirror_percent is not None else rule.mirror_percent_by_old_name
        percentage = rule.mirror_percentage or (None if old is None else Percentage(value=float(old)))
        yield HTTPMirrorPolicy(destination=rule.mirror, percentage=percentage)


def _answer(response: HTTPDirectResponse) -> DirectResponse:
    body = response.body
    if body is None:
        return DirectResponse(response.status)
    if body.bytes is not None:
        return DirectResponse(response.status, b64decode(body.bytes).decode(errors="replace"))
    return DirectResponse(response.status, body.string or "")


def _refer(redirect: HTTPRedirect) -> Refer:
    planned = Redirect(
        path=redirect.uri,
        prefix=redirect.prefix_rewrite,
        authority=redirect.authority,
        scheme=redirect.scheme,
        port=redirect.port or 0,
        status=redirect.redirect_code or 301,
    )
    return Refer(planned, _PORTS.get(redirect.derive_port, ""))


def _rewrite(rule: HTTPRoute) -> Rewrite | None:
    rewrite = rule.rewrite or _NO_REWRITE
    pattern = rewrite.uri_regex_rewrite
    planned = Rewrite(
        path=rewrite.uri,
        authority=rewrite.authority or plan_changes(rule.headers).authority,
        regex=pattern.match if pattern else "",
        substitution=pattern.rewrite if pattern else "",
    )
    return planned if planned != Rewrite() else None


_NO_REWRITE = HTTPRewrite()
