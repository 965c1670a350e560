"""What a route does with a request: forward, redirect, or answer at once."""

from typing import Any

from lateen.envoy.fields import fraction, milliseconds
from lateen.envoy.headers import change
from lateen.envoy.retries import retry_policy
from lateen.plan.matching import StringMatch, escape
from lateen.plan.route import DirectResponse, Forward, HeaderChanges, Redirect, Rewrite, Route
from lateen.plan.route_policy import HashKey

_NONE = HeaderChanges()
_REDIRECTS = {
    301: "MOVED_PERMANENTLY",
    302: "FOUND",
    303: "SEE_OTHER",
    307: "TEMPORARY_REDIRECT",
    308: "PERMANENT_REDIRECT",
}


def act(target: Any, route: Route) -> None:
    """Set the action of an envoy.config.route.v3.Route."""
    match route.action:
        case Forward() as forward:
            _forward(target.route, forward, route.match.path)
        case Redirect() as redirect:
            _redirect(target.redirect, redirect, route.match.path)
        case DirectResponse(status, body):
            target.direct_response.status = status
            if body:
                target.direct_response.body.inline_string = body


def _forward(target: Any, plan: Forward, path: StringMatch | None) -> None:
    _destine(target, plan)
    if plan.missing == 500:
        target.cluster_not_found_response_code = "INTERNAL_SERVER_ERROR"
    milliseconds(target.timeout, plan.timeout_ms)
    if not plan.timeout_ms:
        # A gRPC client's own deadline is kept. Envoy disregards `timeout` beside it, so only where there is none.
        milliseconds(target.max_stream_duration.grpc_timeout_header_max, 0)
    if plan.retries is not None and plan.retries.attempts:
        target.retry_policy.MergeFromString(retry_policy(plan.retries))
    if plan.rewrite is not None:
        _rewrite(target, plan.rewrite, path)
    for mirror in plan.mirrors:
        added = target.request_mirror_policies.add(cluster=mirror.upstream)
        fraction(added.runtime_fraction.default_value, mirror.percent)
        added.trace_sampled.value = False
    for key in plan.hashing:
        _hash(target.hash_policy.add(), key)


def _destine(target: Any, plan: Forward) -> None:
    """One destination that changes nothing of a request is named alone; others are weighted."""
    wanted = [each for each in plan.destinations if each.weight or len(plan.destinations) == 1]
    [first, *others] = wanted or plan.destinations
    if not others and not first.authority and first.request_headers == first.response_headers == _NONE:
        target.cluster = first.upstream
        return
    for destination in (first, *others):
        added = target.weighted_clusters.clusters.add(name=destination.upstream)
        added.weight.value = destination.weight if others else 100
        added.host_rewrite_literal = destination.authority
        change(added, destination.request_headers, destination.response_headers)


def _rewrite(target: Any, plan: Rewrite, path: StringMatch | None) -> None:
    if plan.authority:
        target.host_rewrite_literal = plan.authority
    if plan.regex:
        target.regex_rewrite.pattern.regex = plan.regex
        target.regex_rewrite.substitution = plan.substitution
    elif plan.path:
        _replace(target, plan.path, path)


def _replace(target: Any, replacement: str, path: StringMatch | None) -> None:
    """Envoy replaces what matched: a prefix, or the whole of an exact or regular path."""
    if path is None or path.kind != "path_prefix":
        target.prefix_rewrite = replacement
    elif shorter := replacement.rstrip("/"):
        # Of the prefix `/` the slash that begins what follows is replaced too.
        target.prefix_rewrite = shorter if path.value.rstrip("/") else f"{shorter}/"
    elif not path.value.rstrip("/"):
        target.prefix_rewrite = "/"
    else:
        # /old/x becomes /x: the replacement `/` and the slash after the prefix are one.
        target.regex_rewrite.pattern.regex = f"^{escape(path.value.rstrip('/'))}/*"
        target.regex_rewrite.substitution = "/"


def _redirect(target: Any, plan: Redirect, path: StringMatch | None) -> None:
    target.response_code = _REDIRECTS[plan.status]
    target.host_redirect = plan.authority
    target.port_redirect = plan.port
    if plan.prefix:
        _replace(target, plan.prefix, path)
    elif plan.path:
        target.path_redirect = plan.path
    if plan.scheme:
        target.scheme_redirect = plan.scheme


def _hash(target: Any, key: HashKey) -> None:
    match key.kind:
        case "header":
            target.header.header_name = key.name
        case "query":
            target.query_parameter.name = key.name
        case "source_ip":
            target.connection_properties.source_ip = True
        case "cookie":
            cookie = target.cookie
            cookie.name, cookie.path = key.name, key.path
            if key.ttl_ms >= 0:
                milliseconds(cookie.ttl, key.ttl_ms)
            for name, value in key.attributes:
                cookie.attributes.add(name=name, value=value)
