"""What a route makes of a request's path and host: for the upstream, or for the client that is sent elsewhere.

https://www.envoyproxy.io/docs/envoy/v1.40.0/api-v3/config/route/v3/route_components.proto
"""

from typing import Any

import re2

from lateen.simulate.routes import Request

_DEFAULT_PORTS = {"http": "80", "https": "443"}


def rewritten_path(match: Any, action: Any, path: str) -> str:
    """The path, with its query, after a RouteAction's or RedirectAction's rewrite of what `match` matched."""
    before, mark, query = path.partition("?")
    if action.HasField("regex_rewrite"):
        rule = action.regex_rewrite
        return str(re2.sub(rule.pattern.regex, rule.substitution, before)) + mark + query
    if not action.prefix_rewrite:
        return path
    kind = match.WhichOneof("path_specifier")
    matched = len(getattr(match, kind)) if kind in ("prefix", "path_separated_prefix") else len(before)
    return str(action.prefix_rewrite) + before[matched:] + mark + query


def location(match: Any, redirect: Any, request: Request) -> str:
    """The whole URL that a RedirectAction sends a client to."""
    before, host = request.headers[":scheme"], request.headers[":authority"]
    scheme = redirect.scheme_redirect or ("https" if redirect.https_redirect else before)
    if redirect.host_redirect:
        host = redirect.host_redirect
    else:
        name, colon, port = host.rpartition(":")
        if colon and (redirect.port_redirect or (scheme != before and port == _DEFAULT_PORTS[before])):
            host = name
    port = f":{redirect.port_redirect}" if redirect.port_redirect else ""
    return f"{scheme}://{host}{port}{_path(match, redirect, request.headers[':path'])}"


def _path(match: Any, redirect: Any, path: str) -> str:
    if not redirect.path_redirect:
        found = rewritten_path(match, redirect, path)
    elif "?" in redirect.path_redirect:
        found = redirect.path_redirect
    else:
        found = redirect.path_redirect + "".join(path.partition("?")[1:])
    return str(found).partition("?")[0] if redirect.strip_query else str(found)
