"""The builder: one resource for equal plan pieces, for as long as anyone holds it."""

from collections.abc import Callable
from weakref import WeakValueDictionary

from lateen.base.refs import Origin
from lateen.envoy.cluster import cluster
from lateen.envoy.endpoint import load_assignment
from lateen.envoy.fields import encode
from lateen.envoy.listener import listener
from lateen.envoy.module import module
from lateen.envoy.name import name_info
from lateen.envoy.patches.cluster import patch_cluster
from lateen.envoy.patches.listener import patch_listener
from lateen.envoy.patches.table import patched_route_config
from lateen.envoy.patches.value import MESSAGES, is_sound, value_of
from lateen.envoy.route import route_config
from lateen.envoy.secret import secret
from lateen.plan.extension import Module
from lateen.plan.listener import Listener
from lateen.plan.name import Name
from lateen.plan.patch import Addition, Patches
from lateen.plan.route import RouteConfig
from lateen.plan.secret import Secret
from lateen.plan.upstream import LoadAssignment, Upstream
from lateen.proto import name_table, types
from lateen.proto.resource import Resource, resource
from lateen.proto.types import PREFIX

_NOWHERE = Origin()

Piece = Upstream | LoadAssignment | Listener | RouteConfig | Module | Name | Addition
Hit = tuple[Upstream | Listener | RouteConfig, Patches]


class Builder:
    """Builds resources of the mesh `trust_domain`, each once.

    The plan piece, and the patches that hit it, are the key. Pieces of many scopes that are equal share one
    resource; a resource that no view holds any more is forgotten. What resources are made of (endpoints, virtual
    hosts, TLS contexts) is kept beside, bounded in number.
    """

    def __init__(self, trust_domain: str = "cluster.local") -> None:
        self.trust_domain = trust_domain
        self._made: WeakValueDictionary[Piece | Hit, Resource] = WeakValueDictionary()

    def __len__(self) -> int:
        return len(self._made)

    def cluster(self, plan: Upstream, patches: Patches = ()) -> Resource | None:
        """Return the Cluster of an upstream; None when a patch removes it."""
        if patches:
            return self._patched(plan, types.CLUSTER, patches, lambda sound: patch_cluster(self._cluster(plan), sound))
        return self._once(plan, types.CLUSTER, lambda: self._cluster(plan), plan.origin)

    def load_assignment(self, plan: LoadAssignment) -> Resource:
        """Return the ClusterLoadAssignment of an upstream's endpoints."""
        return self._once(plan, types.ENDPOINT, lambda: load_assignment(plan))

    def listener(self, plan: Listener, patches: Patches = ()) -> Resource | None:
        """Return the Listener; None when a patch removes it."""
        if patches:
            return self._patched(
                plan, types.LISTENER, patches, lambda sound: patch_listener(self._listener(plan), sound)
            )
        return self._once(plan, types.LISTENER, lambda: self._listener(plan), plan.origin)

    def route_config(self, plan: RouteConfig, patches: Patches = ()) -> Resource | None:
        """Return the RouteConfiguration; of its virtual hosts only those that changed are built."""
        if patches:
            return self._patched(plan, types.ROUTE, patches, lambda sound: patched_route_config(plan, sound))
        return self._once(plan, types.ROUTE, lambda: route_config(plan))

    def secret(self, plan: Secret) -> Resource:
        """Return the Secret. It is kept by who holds it only: a key is no key of a table."""
        return resource(types.SECRET, plan.name, secret(plan), plan.origin)

    def module(self, plan: Module) -> Resource:
        """Return the extension configuration of a module."""
        return self._once(plan, types.EXTENSION_CONFIG, lambda: module(plan), plan.origin)

    def name(self, plan: Name) -> Resource:
        """Return what DNS proxies know under a name."""
        return self._once(plan, name_table.NAME, lambda: name_info(plan), plan.origin)

    def addition(self, plan: Addition) -> Resource | None:
        """Return a resource that a patch adds; None when its value cannot be read."""
        type_url = PREFIX + MESSAGES[plan.target]
        try:
            return self._once(plan, type_url, lambda: encode(value_of(plan.target, plan.value)), plan.origin)
        except ValueError:
            return None

    def _cluster(self, plan: Upstream) -> bytes:
        return cluster(plan, self.trust_domain)

    def _listener(self, plan: Listener) -> bytes:
        return listener(plan, self.trust_domain)

    def _patched(
        self,
        plan: Upstream | Listener | RouteConfig,
        type_url: str,
        patches: Patches,
        encoded: Callable[[Patches], bytes | None],
    ) -> Resource | None:
        """`encoded` takes the patches whose values can be read: the others change nothing."""
        if (made := self._made.get((plan, patches))) is None:
            value = encoded(tuple(filter(is_sound, patches)))
            if value is None:
                return None
            origin = getattr(plan, "origin", _NOWHERE)
            made = self._made[plan, patches] = resource(type_url, plan.name, value, origin)
        return made

    def _once(self, plan: Piece, type_url: str, encoded: Callable[[], bytes], origin: Origin = _NOWHERE) -> Resource:
        if (made := self._made.get(plan)) is None:
            made = self._made[plan] = resource(type_url, plan.name, encoded(), origin)
        return made
