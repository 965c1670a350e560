"""The Gateway API's routes as collections of rules, beside those that VirtualServices say."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from lateen.base.refs import Key
from lateen.kinds.object import Object
from lateen.planner.gateway_api.attachment import Attachment, together
from lateen.planner.gateway_api.backends import Reference
from lateen.planner.gateway_api.kinds import ROUTES
from lateen.planner.gateway_api.mesh import is_service, mesh_attachments
from lateen.planner.traffic import Traffic
from lateen.reactive import Collection, Engine, Read
from lateen.reactive.gather import group, union
from lateen.registry.registry import Registry
from lateen.store.store import Store

# A route at one host of a parent: parent, host, route's namespace, kind, name, and which attachment of it.
AttachmentKey = tuple[str, str, str, str, str, int]


@dataclass(frozen=True)
class GatewayApi:
    """`traffic`: the rules of all routes at one host of a parent, those of one namespace for services of the mesh."""

    traffic: Collection[Key, Traffic]


def build_gateway_api(engine: Engine, store: Store, registry: Registry) -> GatewayApi:
    """Build the collections over the store's objects."""
    attached = union(engine, "attached routes", *(_mesh_routes(engine, store, registry, kind) for kind in ROUTES))
    of_host = engine.index("attached routes of host", attached, lambda key, one: (_traffic_key(one),))

    def traffic(read: Read, key: Key, rows: Mapping[AttachmentKey, Attachment]) -> Traffic:
        return together(rows.values())

    return GatewayApi(traffic=group(engine, "traffic of routes", of_host, traffic))


def _traffic_key(one: Attachment) -> Key:
    """Name the rules that a route's belong to: no VirtualService can be named so."""
    return Key(one.namespace, f"{one.parent} {one.host}")


def _mesh_routes(engine: Engine, store: Store, registry: Registry, kind: str) -> Collection[AttachmentKey, Attachment]:
    rules_of = ROUTES[kind]

    def attach(read: Read, key: Key, found: Object) -> Iterator[tuple[AttachmentKey, Attachment]]:
        def hosts_of(entry: Key) -> tuple[str, ...]:
            known = read.get(store["ServiceEntry"], entry)
            return known.model.spec.hosts if known else ()

        if not any(map(is_service, found.model.spec.parent_refs)):
            return
        rules = tuple(rules_of(found, _everything))
        declared = registry.hosts
        attachments = mesh_attachments(found, rules, hosts_of, lambda host: read.get(declared, host) or ())
        for index, one in enumerate(attachments):
            yield (one.parent, one.host, one.namespace, kind, one.name, index), one

    return engine.flat_map(f"{kind}s of the mesh", store[kind], attach)


def _everything(reference: Reference) -> bool:
    """Within the mesh clients may call what they see: no grant is asked for."""
    return True
