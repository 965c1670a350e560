"""The kinds of routes that the mesh obeys, and how each is read."""

from collections.abc import Callable, Iterator

from lateen.kinds.object import Object
from lateen.planner.gateway_api.backends import Permitted
from lateen.planner.gateway_api.grpc_route import grpc_rules
from lateen.planner.gateway_api.http_route import http_rules
from lateen.planner.http_rule import HttpRule

ROUTES: dict[str, Callable[[Object, Permitted], Iterator[HttpRule]]] = {
    "HTTPRoute": http_rules,
    "GRPCRoute": grpc_rules,
}
"""Those of HTTP, by kind."""
