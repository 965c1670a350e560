"""The Gateway API's Gateways as collections, beside those of Istio's own kind."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from lateen.base.refs import Key
from lateen.kinds.gateway_api.names import GROUP
from lateen.kinds.object import Object
from lateen.planner.gateway import GatewayRules
from lateen.planner.gateway_api import listener_set
from lateen.planner.gateway_api.backends import Reference
from lateen.planner.gateway_api.certificate import certificate_fault
from lateen.planner.gateway_api.gateway import KIND, ApiGateway, api_gateway, is_ours
from lateen.planner.gateway_api.grants import Referrer, permits
from lateen.planner.gateway_api.listener_tls import Lookups
from lateen.planner.gateway_api.listeners import read_listeners
from lateen.reactive import Collection, Engine, Index, Read
from lateen.store.store import Store


@dataclass(frozen=True)
class Granted:
    """The ReferenceGrants by their namespace."""

    grants: Index[str, Key, Object]

    def permits(self, read: Read, referrer: Referrer, to: Reference) -> bool:
        """Say whether a grant lets `referrer` name an object of another namespace."""
        found = (one.model.spec for one in read.find(self.grants, to.namespace).values())
        return permits(found, referrer, to)


@dataclass(frozen=True)
class ApiGateways:
    """`gateways`: those of our classes; `rules`: the gateway of each of their listeners that works."""

    gateways: Collection[Key, ApiGateway]
    rules: Collection[Key, GatewayRules]


def build_grants(engine: Engine, store: Store) -> Granted:
    """Build the index of grants."""
    return Granted(engine.index("grants in namespace", store["ReferenceGrant"], lambda key, _: (key.namespace,)))


def build_api_gateways(engine: Engine, store: Store, granted: Granted) -> ApiGateways:
    """Build the collections over the store's objects."""
    source = _Sources(store, granted, engine.index("listener sets of gateway", store[listener_set.KIND], _parents))

    def rules(read: Read, key: Key, found: ApiGateway) -> Iterator[tuple[Key, GatewayRules]]:
        for one in found.rules():
            yield Key(one.namespace, one.name), one

    gateways = engine.map("gateways of the API", store[KIND], source.gateway)
    return ApiGateways(gateways=gateways, rules=engine.flat_map("listeners of the API", gateways, rules))


def namespace_labels(read: Read, store: Store, namespace: str) -> Mapping[str, str]:
    """Return the labels by which namespaces are selected."""
    found = read.get(store["Namespace"], Key("", namespace))
    return {"kubernetes.io/metadata.name": namespace, **(found.labels if found else {})}


def _parents(key: Key, found: Object) -> Iterator[Key]:
    if (parent := listener_set.parent_of(found)) is not None:
        yield parent


@dataclass(frozen=True)
class _Sources:
    """What reading a Gateway looks into."""

    store: Store
    granted: Granted
    sets: Index[Key, Key, Object]

    def gateway(self, read: Read, key: Key, found: Object) -> ApiGateway | None:
        name = found.model.spec.gateway_class_name
        known = read.get(self.store["GatewayClass"], Key("", name))
        if not is_ours(name, known.model.spec.controller_name if known else None):
            return None

        def lookups(owner: Object) -> Lookups:
            return self._lookups(read, owner)

        return api_gateway(found, read_listeners(found, self._attached(read, found), lookups), lookups(found))

    def _attached(self, read: Read, gateway: Object) -> list[Object]:
        """Find the ListenerSets that a Gateway lets be attached, in the order of their precedence."""
        wanting = sorted(read.find(self.sets, gateway.key).values(), key=listener_set.precedence)
        return [
            one
            for one in wanting
            if listener_set.allows(gateway, one.namespace, namespace_labels(read, self.store, one.namespace))
        ]

    def _lookups(self, read: Read, owner: Object) -> Lookups:
        referrer = Referrer(GROUP, owner.spec.kind, owner.namespace)
        return Lookups(
            namespace=owner.namespace,
            permitted=lambda to: self.granted.permits(read, referrer, to),
            certificate_fault=lambda place: certificate_fault(place, read.get(self.store["Secret"], place)),
            config_map=lambda place: read.get(self.store["ConfigMap"], place),
        )
