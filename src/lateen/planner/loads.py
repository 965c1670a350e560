"""What all clients of a service share: its endpoints, planned once, and its upstreams where no rule says
more."""

from dataclasses import dataclass

from lateen.plan.upstream import Upstream
from lateen.planner.assignments import Load, plan_load, plan_peers
from lateen.planner.upstreams import NO_PEERS, Peers, plan_upstreams
from lateen.reactive import Collection, Engine, Read
from lateen.registry.endpoint import Endpoints
from lateen.registry.endpoints import BY_NAME, NO_ENDPOINTS
from lateen.registry.registry import Registry
from lateen.registry.service import Service, ServiceKey
from lateen.security.rules import PeerSecurity


@dataclass(frozen=True)
class Loads:
    """`plain`: a service's upstreams for clients that obey no destination rule for it."""

    loads: Collection[ServiceKey, Load]
    peers: Collection[ServiceKey, Peers]
    plain: Collection[ServiceKey, tuple[Upstream, ...]]


def build_loads(engine: Engine, registry: Registry, security: PeerSecurity) -> Loads:
    """Build the collections, by service."""

    def load(read: Read, key: ServiceKey, found: Endpoints) -> Load | None:
        service = read.get(registry.services, key)
        if service is None or service.resolution not in ("EDS", "HEADLESS", *BY_NAME):
            return None
        root = registry.settings(read).root_namespace
        rules = {name: security.rules(read, name, root) for name in found.namespaces}
        return plan_load(service, found, rules)

    def peers(read: Read, key: ServiceKey, found: Load) -> Peers | None:
        service = read.get(registry.services, key)
        known = read.get(registry.endpoints, key) or NO_ENDPOINTS
        return plan_peers(service, found, known, registry.settings(read).trust_domains) if service else None

    loads = engine.map("loads", registry.endpoints, load)
    all_peers = engine.map("peers", loads, peers)

    def plain(read: Read, key: ServiceKey, service: Service) -> tuple[Upstream, ...] | None:
        if service.resolution == "ALIAS":
            return None
        known = read.get(all_peers, key) or NO_PEERS
        return tuple(plan_upstreams(service, None, known, registry.settings(read)))

    return Loads(loads, all_peers, engine.map("plain upstreams", registry.services, plain))
