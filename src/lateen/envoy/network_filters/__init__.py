"""The network filters of a chain, in the order in which bytes meet them."""

from collections.abc import Callable

from lateen.envoy.fields import Extension
from lateen.envoy.network_filters.http import http_proxy
from lateen.envoy.network_filters.tcp import tcp_proxy
from lateen.plan.listener import Chain, Listener

NetworkFilter = Callable[[Chain, Listener], Extension | None]  # None: this chain does not need the filter

NETWORK_FILTERS: tuple[NetworkFilter, ...] = (
    http_proxy,  # one of these two
    tcp_proxy,  # ends the chain
)
