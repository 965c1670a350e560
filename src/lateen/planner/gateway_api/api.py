"""The Gateway API as collections: gateways and rules beside those of Istio's kinds, and what is told of objects."""

from dataclasses import dataclass

from lateen.base.refs import Key
from lateen.planner.gateway import GatewayRules
from lateen.planner.gateway_api.backend_tls_policies import BackendTlsPolicies, build_backend_tls
from lateen.planner.gateway_api.gateway import ApiGateway
from lateen.planner.gateway_api.gateways import Granted, build_api_gateways, build_grants
from lateen.planner.gateway_api.routes import RouteSources, build_api_routes
from lateen.planner.gateway_api.status import Status
from lateen.planner.gateway_api.statuses import ObjectKey, build_statuses
from lateen.planner.traffic import Traffic
from lateen.reactive import Collection, Engine
from lateen.registry.registry import Registry
from lateen.store.store import Store


@dataclass(frozen=True)
class GatewayApi:
    """`gateways`: those of our classes; `rules`: the gateway of each of their listeners that works; `traffic`: the
    rules of routes; `statuses`: what is to be said of each object; `granted`: what may be named across namespaces;
    `backend_tls`: by which TLS gateways speak to services."""

    gateways: Collection[Key, ApiGateway]
    rules: Collection[Key, GatewayRules]
    traffic: Collection[Key, Traffic]
    statuses: Collection[ObjectKey, Status]
    granted: Granted
    backend_tls: BackendTlsPolicies


def build_gateway_api(engine: Engine, store: Store, registry: Registry) -> GatewayApi:
    """Build the collections over the store's objects."""
    granted = build_grants(engine, store)
    gateways = build_api_gateways(engine, store, granted)
    sources = RouteSources(store, registry, gateways, granted)
    routes = build_api_routes(engine, sources)
    backend_tls = build_backend_tls(engine, store)
    return GatewayApi(
        gateways=gateways.gateways,
        rules=gateways.rules,
        traffic=routes.traffic,
        statuses=build_statuses(engine, sources, routes, backend_tls),
        granted=granted,
        backend_tls=backend_tls,
    )
