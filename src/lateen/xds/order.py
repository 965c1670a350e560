"""In which order types are pushed, and what waits for what: make before break.

Clusters go first, then their endpoints, then what sends traffic to them. Envoy asks for the load assignments
of new clusters before it acknowledges the clusters, so when clusters and their assignments have been answered
the clusters are warm. Only then are listeners and routes told (else a route would name a cluster that is not
ready: 503), and only when those have been answered, too, are clusters removed that nothing names any more.

https://www.envoyproxy.io/docs/envoy/latest/api-docs/xds_protocol#eventual-consistency-considerations
"""

from typing import Final

from lateen.proto import types

PUSH_ORDER: Final = (
    types.CLUSTER,
    types.ENDPOINT,
    types.LISTENER,
    types.ROUTE,
    types.VIRTUAL_HOST,
    types.SECRET,
)

CLUSTERS: Final = (types.CLUSTER, types.ENDPOINT)
"""What the types of `ROUTING` wait for."""

ROUTING: Final = (types.LISTENER, types.ROUTE, types.VIRTUAL_HOST)
"""Types that name clusters. Secrets are none of them: a warming cluster may itself wait for one."""


def place(type_url: str) -> int:
    """Return a sort key; types that are not listed come last, in the order they were asked for."""
    return PUSH_ORDER.index(type_url) if type_url in PUSH_ORDER else len(PUSH_ORDER)
