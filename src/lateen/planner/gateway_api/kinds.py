"""The kinds of routes that the mesh obeys, and how each is read."""

from collections.abc import Callable, Iterator

from msgspec import Struct

from lateen.kinds.object import Object
from lateen.planner.connection_rule import ConnectionRule
from lateen.planner.gateway_api.backends import Permitted
from lateen.planner.gateway_api.connection_route import connection_rules
from lateen.planner.gateway_api.grpc_route import grpc_rules
from lateen.planner.gateway_api.http_route import http_rules
from lateen.planner.http_rule import HttpRule

HTTP: dict[str, Callable[[Object, Permitted], Iterator[HttpRule]]] = {
    "HTTPRoute": http_rules,
    "GRPCRoute": grpc_rules,
}
"""Those of requests, by kind."""

CONNECTIONS: dict[str, Callable[[Object, Permitted], Iterator[ConnectionRule]]] = {
    "TLSRoute": connection_rules,
    "TCPRoute": connection_rules,
    "UDPRoute": connection_rules,
}
"""Those of bytes, by kind."""

ROUTES = (*HTTP, *CONNECTIONS)


class Said(Struct, frozen=True, kw_only=True):
    """The rules of a route: for requests, for connections told by their server names, for all connections."""

    http: tuple[HttpRule, ...] = ()
    tls: tuple[ConnectionRule, ...] = ()
    tcp: tuple[ConnectionRule, ...] = ()


def read_route(kind: str, found: Object, permitted: Permitted) -> Said:
    """Read the rules of a route. `permitted`: of references to other namespaces."""
    if kind in HTTP:
        return Said(http=tuple(HTTP[kind](found, permitted)))
    rules = tuple(CONNECTIONS[kind](found, permitted))
    return Said(tls=rules) if kind == "TLSRoute" else Said(tcp=rules)
