"""The Gateway API's routes as collections of rules, beside those that VirtualServices say."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from msgspec.structs import replace

from lateen.base.refs import Key
from lateen.kinds.gateway_api.names import GROUP
from lateen.kinds.gateway_api.references import ParentReference
from lateen.kinds.object import Object
from lateen.planner.gateway_api import listener_set
from lateen.planner.gateway_api.attachment import Attachment, together
from lateen.planner.gateway_api.backends import Reference
from lateen.planner.gateway_api.connection_route import for_host
from lateen.planner.gateway_api.gateway import ApiGateway
from lateen.planner.gateway_api.gateway_parent import RouteFacts, Unattached, attach, is_gateway
from lateen.planner.gateway_api.gateways import ApiGateways, Granted, namespace_labels
from lateen.planner.gateway_api.grants import Referrer
from lateen.planner.gateway_api.kinds import ROUTES, Said, read_route
from lateen.planner.gateway_api.mesh import is_service, mesh_attachments
from lateen.planner.site import MESH_GATEWAY
from lateen.planner.traffic import Traffic, targets
from lateen.reactive import Collection, Engine, Index, Read
from lateen.reactive.gather import group, union
from lateen.registry.registry import Registry
from lateen.store.store import Store

# A route at one host of a parent: parent, host, route's namespace, kind, name, and which attachment of it.
AttachmentKey = tuple[str, str, str, str, str, int]


@dataclass(frozen=True)
class ApiRoutes:
    """`traffic`: the rules of all routes at one host of a parent, of services those of one namespace. `attached_at`:
    routes by parent; `sending_to`: rules at gateways by the hosts that they send to."""

    traffic: Collection[Key, Traffic]
    attached_at: Index[str, AttachmentKey, Attachment]
    sending_to: Index[str, Key, Traffic]


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
        labels = namespace_labels(read, self.store, found.namespace)
        return RouteFacts(kind, found.namespace, labels, getattr(found.model.spec, "hostnames", ()))

    def gateway(self, read: Read, parent: ParentReference, namespace: str) -> ApiGateway | None:
        """Return the Gateway of ours that a parent of a route in `namespace` is, or is for."""
        named = Key(parent.namespace or namespace, parent.name)
        if parent.kind != listener_set.KIND:
            return read.get(self.gateways.gateways, named)
        known = read.get(self.store[listener_set.KIND], named)
        key = listener_set.parent_of(known) if known else None
        return read.get(self.gateways.gateways, key) if key else None

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
            gateway = self.gateway(read, parent, found.namespace)
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
    ruled = group(engine, "traffic of routes", of_host, traffic)
    return ApiRoutes(
        traffic=ruled,
        attached_at=engine.index("attached routes of parent", everywhere, lambda key, one: (one.parent,)),
        sending_to=engine.index("traffic of routes to host", ruled, lambda key, one: _edge_targets(one)),
    )


def _edge_targets(one: Traffic) -> Iterable[str]:
    return {to.host for to in targets(one)} if MESH_GATEWAY not in one.gateways else ()


def _traffic_key(one: Attachment) -> Key:
    """Name the rules that a route's belong to: no VirtualService can be named so. Consumers of a service do not mix
    with others; at a gateway all routes do."""
    return Key(one.namespace if one.parent == MESH_GATEWAY else "", f"{one.parent} {one.host}")


def _everything(reference: Reference) -> bool:
    """Within the mesh clients may call what they see: no grant is asked for."""
    return True
