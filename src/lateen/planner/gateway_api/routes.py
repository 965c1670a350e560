"""The Gateway API's routes as collections of rules, beside those that VirtualServices say."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from msgspec.structs import replace

from lateen.base.refs import Key
from lateen.kinds.gateway_api.names import GROUP
from lateen.kinds.object import Object
from lateen.planner.gateway_api.attachment import Attachment, together
from lateen.planner.gateway_api.backends import Reference
from lateen.planner.gateway_api.connection_route import for_host
from lateen.planner.gateway_api.gateway_parent import RouteFacts, Unattached, attach, is_gateway
from lateen.planner.gateway_api.gateways import ApiGateways, Granted
from lateen.planner.gateway_api.grants import Referrer
from lateen.planner.gateway_api.kinds import ROUTES, Said, read_route
from lateen.planner.gateway_api.mesh import is_service, mesh_attachments
from lateen.planner.site import MESH_GATEWAY
from lateen.planner.traffic import Traffic
from lateen.reactive import Collection, Engine, Index, Read
from lateen.reactive.gather import group, union
from lateen.registry.registry import Registry
from lateen.store.store import Store

# A route at one host of a parent: parent, host, route's namespace, kind, name, and which attachment of it.
AttachmentKey = tuple[str, str, str, str, str, int]


@dataclass(frozen=True)
class ApiRoutes:
    """`traffic`: the rules of all routes at one host of a parent, of services those of one namespace. `attached_at`:
    routes by parent."""

    traffic: Collection[Key, Traffic]
    attached_at: Index[str, AttachmentKey, Attachment]


@dataclass(frozen=True)
class RouteSources:
    """What reading a route looks into."""

    store: Store
    registry: Registry
    gateways: ApiGateways
    granted: Granted

    def hosts_of(self, read: Read, entry: Key) -> tuple[str, ...]:
        """Return the hosts of a ServiceEntry."""
        known = read.get(self.store["ServiceEntry"], entry)
        return known.model.spec.hosts if known else ()

    def facts(self, read: Read, kind: str, found: Object) -> RouteFacts:
        """Return what listeners ask of a route."""
        namespace = read.get(self.store["Namespace"], Key("", found.namespace))
        labels = {"kubernetes.io/metadata.name": found.namespace, **(namespace.labels if namespace else {})}
        return RouteFacts(kind, found.namespace, labels, getattr(found.model.spec, "hostnames", ()))

    def permits(self, read: Read, kind: str, namespace: str, to: Reference) -> bool:
        """Say whether routes of a kind and namespace may name an object of another namespace."""
        return self.granted.permits(read, Referrer(GROUP, kind, namespace), to)

    def mesh(self, read: Read, kind: str, found: Object) -> Iterator[Attachment]:
        """Yield the attachments of a route to services."""
        if any(map(is_service, found.model.spec.parent_refs)):
            rules = read_route(kind, found, _everything)
            hosts = self.registry.hosts
            yield from mesh_attachments(
                found, rules, lambda entry: self.hosts_of(read, entry), lambda host: read.get(hosts, host) or ()
            )

    def edge(self, read: Read, kind: str, found: Object) -> Iterator[Attachment]:
        """Yield the attachments of a route to gateways."""
        rules: Said | None = None
        for parent in filter(is_gateway, found.model.spec.parent_refs):
            gateway = read.get(self.gateways.gateways, Key(parent.namespace or found.namespace, parent.name))
            taken = attach(self.facts(read, kind, found), parent, gateway) if gateway else []
            if gateway is None or isinstance(taken, Unattached):
                continue
            if rules is None:
                rules = read_route(kind, found, lambda to: self.permits(read, kind, found.namespace, to))
            for listener, host in taken:
                yield Attachment(
                    parent=gateway.reference(listener),
                    host=host,
                    namespace=found.namespace,
                    name=found.name,
                    rules=replace(rules, tls=tuple(for_host(rule, host) for rule in rules.tls)),
                    created=found.created,
                    origin=found.origin,
                )


def build_api_routes(engine: Engine, sources: RouteSources) -> ApiRoutes:
    """Build the collections over the store's objects."""

    def attached(kind: str) -> Collection[AttachmentKey, Attachment]:
        def attachments(read: Read, key: Key, found: Object) -> Iterator[tuple[AttachmentKey, Attachment]]:
            for index, one in enumerate((*sources.mesh(read, kind, found), *sources.edge(read, kind, found))):
                yield (one.parent, one.host, one.namespace, kind, one.name, index), one

        return engine.flat_map(f"attached {kind}s", sources.store[kind], attachments)

    def traffic(read: Read, key: Key, rows: Mapping[AttachmentKey, Attachment]) -> Traffic:
        return together(rows.values())

    everywhere = union(engine, "attached routes", *map(attached, ROUTES))
    of_host = engine.index("attached routes of host", everywhere, lambda key, one: (_traffic_key(one),))
    return ApiRoutes(
        traffic=group(engine, "traffic of routes", of_host, traffic),
        attached_at=engine.index("attached routes of parent", everywhere, lambda key, one: (one.parent,)),
    )


def _traffic_key(one: Attachment) -> Key:
    """Name the rules that a route's belong to: no VirtualService can be named so. Consumers of a service do not mix
    with others; at a gateway all routes do."""
    return Key(one.namespace if one.parent == MESH_GATEWAY else "", f"{one.parent} {one.host}")


def _everything(reference: Reference) -> bool:
    """Within the mesh clients may call what they see: no grant is asked for."""
    return True
