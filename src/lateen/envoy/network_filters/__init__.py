"""The network filters of a chain, in the order in which bytes meet them."""

from collections.abc import Callable

from lateen.envoy.fields import Built
from lateen.envoy.network_filters.checks import checks
from lateen.envoy.network_filters.dynamic_dns import dynamic_dns
from lateen.envoy.network_filters.http import http_proxy
from lateen.envoy.network_filters.module import modules
from lateen.envoy.network_filters.mongo import mongo_proxy
from lateen.envoy.network_filters.tcp import tcp_proxy
from lateen.plan.listener import Chain, Listener

NetworkFilter = Callable[[Chain, Listener], Built]  # None: this chain does not need the filter

NETWORK_FILTERS: tuple[NetworkFilter, ...] = (
    modules("AUTHN"),
    modules("AUTHZ"),
    checks,  # before anything is done with the bytes
    modules("STATS"),
    modules("UNSPECIFIED"),
    dynamic_dns,  # before the cluster is asked for a host
    mongo_proxy,  # sees the bytes before they leave
    http_proxy,  # one of these two
    tcp_proxy,  # ends the chain
)
