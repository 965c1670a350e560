"""Rules for hosts that their namespace does not own count for its own sidecars, and at no gateway."""

from msgspec.structs import replace

from lateen.base.refs import Key
from lateen.planner.site import MESH_GATEWAY
from lateen.planner.traffic import Traffic
from lateen.reactive import Collection, Engine, Read
from lateen.registry.ownership import foreign_hosts
from lateen.registry.registry import Registry
from lateen.registry.visibility import sees
from lateen.store.store import Store


def owned_traffic(
    engine: Engine, store: Store, registry: Registry, traffic: Collection[Key, Traffic]
) -> Collection[Key, Traffic]:
    """Build the collection of rules as far as their namespaces may route."""

    def owned(read: Read, key: Key, one: Traffic) -> Traffic:
        foreign = foreign_hosts(read, registry.settings(read), store["Namespace"], one.hosts, one.namespace)
        return confined(one, foreign) if foreign else one

    return engine.map("owned traffic", traffic, owned)


def confined(one: Traffic, foreign: tuple[str, ...]) -> Traffic:
    """Return rules that nobody but sidecars of their own namespace obeys, because some hosts are `foreign`."""
    gateways = tuple(name for name in one.gateways if name == MESH_GATEWAY)
    exports = (one.namespace,) if sees(one.exports, one.namespace) else ()
    return replace(one, exports=exports, gateways=gateways, foreign=foreign)
