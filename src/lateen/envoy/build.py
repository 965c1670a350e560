"""The builder: one resource for equal plan pieces, for as long as anyone holds it."""

from collections.abc import Callable
from weakref import WeakValueDictionary

from lateen.base.refs import Origin
from lateen.envoy.cluster import cluster
from lateen.envoy.endpoint import load_assignment
from lateen.envoy.listener import listener
from lateen.envoy.name import name_info
from lateen.envoy.route import route_config
from lateen.envoy.secret import secret
from lateen.plan.listener import Listener
from lateen.plan.name import Name
from lateen.plan.route import RouteConfig
from lateen.plan.secret import Secret
from lateen.plan.upstream import LoadAssignment, Upstream
from lateen.proto import name_table, types
from lateen.proto.resource import Resource, resource

_NOWHERE = Origin()

Piece = Upstream | LoadAssignment | Listener | RouteConfig | Name


class Builder:
    """Builds resources of the mesh `trust_domain`, each once.

    The plan piece is the key. Pieces of many scopes that are equal share one resource; a resource that no
    view holds any more is forgotten. What resources are made of (endpoints, virtual hosts, TLS contexts) is
    kept beside, bounded in number.
    """

    def __init__(self, trust_domain: str = "cluster.local") -> None:
        self.trust_domain = trust_domain
        self._made: WeakValueDictionary[Piece, Resource] = WeakValueDictionary()

    def __len__(self) -> int:
        return len(self._made)

    def cluster(self, plan: Upstream) -> Resource:
        """Return the Cluster of an upstream."""
        return self._once(plan, types.CLUSTER, lambda: cluster(plan, self.trust_domain), plan.origin)

    def load_assignment(self, plan: LoadAssignment) -> Resource:
        """Return the ClusterLoadAssignment of an upstream's endpoints."""
        return self._once(plan, types.ENDPOINT, lambda: load_assignment(plan))

    def listener(self, plan: Listener) -> Resource:
        """Return the Listener."""
        return self._once(plan, types.LISTENER, lambda: listener(plan, self.trust_domain), plan.origin)

    def route_config(self, plan: RouteConfig) -> Resource:
        """Return the RouteConfiguration; of its virtual hosts only those that changed are built."""
        return self._once(plan, types.ROUTE, lambda: route_config(plan))

    def secret(self, plan: Secret) -> Resource:
        """Return the Secret. It is kept by who holds it only: a key is no key of a table."""
        return resource(types.SECRET, plan.name, secret(plan), plan.origin)

    def name(self, plan: Name) -> Resource:
        """Return what DNS proxies know under a name."""
        return self._once(plan, name_table.NAME, lambda: name_info(plan), plan.origin)

    def _once(self, plan: Piece, type_url: str, encoded: Callable[[], bytes], origin: Origin = _NOWHERE) -> Resource:
        if (made := self._made.get(plan)) is None:
            made = self._made[plan] = resource(type_url, plan.name, encoded(), origin)
        return made
