"""What an HTTP connection manager does with a request."""

from typing import Any

from lateen.base.refs import Origin
from lateen.proto import types
from lateen.simulate import tokens
from lateen.simulate.call import Call
from lateen.simulate.checks import KINDS, of_request, passes
from lateen.simulate.endpoints import choose
from lateen.simulate.proxy import Proxy, unpack
from lateen.simulate.rewrites import location, rewritten_path
from lateen.simulate.routes import Request, find_route, find_virtual_host, read_request
from lateen.simulate.trail import Trail

_MISSING = (503, 404, 500)
_REDIRECTS = (301, 302, 303, 307, 308)
_FAULT = "envoy.filters.http.fault"
_DYNAMIC_DNS = "envoy.filters.http.dynamic_forward_proxy"
# Filters that change nothing of where a request goes.
_QUIET = frozenset({"envoy.filters.http.router", "envoy.filters.http.cors", "istio.alpn", _FAULT, _DYNAMIC_DNS})


def serve(proxy: Proxy, manager: Any, call: Call, encrypted: bool, trail: Trail) -> None:
    """Note what becomes of a call's request. `encrypted`: it came by TLS that ended here."""
    table = manager.route_config if manager.HasField("route_config") else proxy.table(manager.rds.route_config_name)
    name = manager.route_config.name or manager.rds.route_config_name
    token = tokens.verify(manager.http_filters, call)
    if token.refusal:
        trail.step("filter", tokens.FILTER, token.refusal, failure="token refused", status=401)
        return
    request = read_request(call, "https" if encrypted else "http", manager)._replace(claims=token.claims)
    if not passes(proxy, manager.http_filters, of_request(call, request, manager, encrypted), trail):
        return
    if table is None:
        trail.fail("route", "no route", f"there is no route table {name}", route_config=name, status=404)
        return
    virtual_host = find_virtual_host(table, call.host)
    if virtual_host is None:
        why = f"no virtual host of {name} is for {call.host!r}"
        trail.fail("virtual host", "no virtual host", why, route_config=name, status=404)
        return
    domains = ", ".join(virtual_host.domains[:3])
    trail.step("virtual host", virtual_host.name, f"its domains are {domains}", route_config=name,
               virtual_host=virtual_host.name)  # fmt: skip
    if virtual_host.require_tls and not encrypted:
        to = f"https://{call.host}{request.headers[':path']}"
        trail.step("virtual host", virtual_host.name, "it takes HTTPS only", status=301, location=to)
        return
    found = find_route(virtual_host, request)
    if found is None:
        why = f"no route of {virtual_host.name} takes {call.method} {call.path}"
        trail.fail("route", "no route", why, status=404)
        return
    position, route = found
    _follow(proxy, route, proxy.route_origin(name, virtual_host.name, position), (manager, request, call), trail)


def _follow(proxy: Proxy, route: Any, origin: Origin, of: tuple[Any, Request, Call], trail: Trail) -> None:
    manager, request, call = of
    trail.step("route", route.name, "the first that takes the request", origin, route=route.name)
    for each in manager.http_filters:
        if each.name not in _QUIET and types.message_name(each.typed_config.type_url) not in (*KINDS, tokens.KIND):
            trail.step("filter", each.name, "what it does is not simulated")
    if _inject(route, origin, trail):
        return
    match route.WhichOneof("action"):
        case "route":
            clusters = _clusters(route.route, request)
            path = rewritten_path(route.match, route.route, request.headers[":path"])
            host = route.route.host_rewrite_literal or request.headers[":authority"]
            trail.step("route", route.name, "sent on", origin, clusters=clusters, path=path, host=host)
            if clusters:
                choose(
                    proxy, clusters[0][0], call, trail, missing=_MISSING[route.route.cluster_not_found_response_code]
                )
        case "redirect":
            status, to = _REDIRECTS[route.redirect.response_code], location(route.match, route.redirect, request)
            trail.step("route", route.name, "redirected", origin, status=status, location=to)
        case "direct_response":
            trail.step("route", route.name, "answered at once", origin, status=route.direct_response.status)


def _clusters(action: Any, request: Request) -> tuple[tuple[str, int], ...]:
    match action.WhichOneof("cluster_specifier"):
        case "cluster":
            return ((action.cluster, 100),)
        case "weighted_clusters":
            return tuple((each.name, each.weight.value) for each in action.weighted_clusters.clusters)
        case "cluster_header":
            return ((request.headers.get(action.cluster_header.lower(), ""), 100),)
    return ()


def _inject(route: Any, origin: Origin, trail: Trail) -> bool:
    """Note what happens to a request on purpose; say whether every request is answered so."""
    if _FAULT not in route.typed_per_filter_config:
        return False
    fault = unpack(route.typed_per_filter_config[_FAULT])
    if fault.HasField("delay"):
        seconds = fault.delay.fixed_delay.ToMilliseconds() / 1000
        trail.step("filter", _FAULT, f"{_percent(fault.delay):g} % of the requests wait for {seconds:g} s", origin)
    if not fault.HasField("abort"):
        return False
    status, share = fault.abort.http_status, _percent(fault.abort)
    answer = status or f"gRPC status {fault.abort.grpc_status}"
    always = {"status": status or 200, "flags": "FI"} if share == 100 else {}
    trail.step("filter", _FAULT, f"{share:g} % of the requests are answered {answer}", origin, **always)
    return share == 100


def _percent(fault: Any) -> float:
    return float(fault.percentage.numerator / 10_000)
