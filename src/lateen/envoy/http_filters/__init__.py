"""The HTTP filters, in the order in which requests meet them."""

from collections.abc import Callable

from lateen.envoy.fields import Extension
from lateen.envoy.http_filters.mesh_alpn import mesh_alpn
from lateen.envoy.http_filters.router import router
from lateen.plan.listener import HttpProxy

HttpFilter = Callable[[HttpProxy], Extension | None]  # None: this proxy does not need the filter

HTTP_FILTERS: tuple[HttpFilter, ...] = (
    mesh_alpn,  # after all that may choose another route: it reads the chosen cluster
    router,  # ends the chain
)
