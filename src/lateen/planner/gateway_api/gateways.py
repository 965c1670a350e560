"""The Gateway API's Gateways as collections, beside those of Istio's own kind."""

from collections.abc import Iterator
from dataclasses import dataclass

from lateen.base.refs import Key
from lateen.kinds.gateway_api.names import GROUP
from lateen.kinds.object import Object
from lateen.planner.gateway import GatewayRules
from lateen.planner.gateway_api.backends import Reference
from lateen.planner.gateway_api.certificate import certificate_fault
from lateen.planner.gateway_api.gateway import KIND, ApiGateway, api_gateway, is_ours
from lateen.planner.gateway_api.grants import Referrer, permits
from lateen.planner.gateway_api.listener import read_listeners
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

    def gateway(read: Read, key: Key, found: Object) -> ApiGateway | None:
        name = found.model.spec.gateway_class_name
        known = read.get(store["GatewayClass"], Key("", name))
        if not is_ours(name, known.model.spec.controller_name if known else None):
            return None
        referrer = Referrer(GROUP, "Gateway", key.namespace)
        listeners = read_listeners(
            found,
            lambda to: granted.permits(read, referrer, to),
            lambda secret: certificate_fault(secret, read.get(store["Secret"], secret)),
        )
        return api_gateway(found, listeners)

    def rules(read: Read, key: Key, found: ApiGateway) -> Iterator[tuple[Key, GatewayRules]]:
        for one in found.rules():
            yield Key(one.namespace, one.name), one

    gateways = engine.map("gateways of the API", store[KIND], gateway)
    return ApiGateways(gateways=gateways, rules=engine.flat_map("listeners of the API", gateways, rules))
