"""The HTTP filters, in the order in which requests meet them."""

from collections.abc import Callable
from typing import NamedTuple

from lateen.envoy.fields import Built, Extension
from lateen.envoy.http_filters.checks import checks
from lateen.envoy.http_filters.cors import cors, route_cors
from lateen.envoy.http_filters.dynamic_dns import dynamic_dns
from lateen.envoy.http_filters.extension import extensions
from lateen.envoy.http_filters.fault import fault, route_fault
from lateen.envoy.http_filters.jwt_authn import jwt_authn
from lateen.envoy.http_filters.mesh_alpn import mesh_alpn
from lateen.envoy.http_filters.router import router
from lateen.envoy.http_filters.stateful_session import route_session, stateful_session
from lateen.plan.listener import HttpProxy
from lateen.plan.route import Route


def _nothing(route: Route) -> None:
    return None


class HttpFilter(NamedTuple):
    """`of_proxy` builds the filter (or several in its place), `of_route` what a route asks of it; None: not needed,
    nothing asked."""

    of_proxy: Callable[[HttpProxy], Built]
    of_route: Callable[[Route], Extension | None] = _nothing


HTTP_FILTERS: tuple[HttpFilter, ...] = (
    # Who asks is found out, and whether they may, before any rule of routing counts.
    HttpFilter(extensions("AUTHN")),
    HttpFilter(jwt_authn),
    HttpFilter(extensions("AUTHZ")),
    HttpFilter(checks),
    HttpFilter(fault, route_fault),
    HttpFilter(cors, route_cors),
    HttpFilter(extensions("STATS")),
    HttpFilter(extensions("UNSPECIFIED")),  # may change what the route is chosen by
    HttpFilter(stateful_session, route_session),
    HttpFilter(mesh_alpn),  # after all that may choose another route: it reads the chosen cluster
    HttpFilter(dynamic_dns),  # looks up hosts for the route that stands by now
    HttpFilter(router),  # ends the chain
)
