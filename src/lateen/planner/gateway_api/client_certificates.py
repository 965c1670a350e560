"""Which certificate a gateway's proxies show to backends: that of their Gateway's `tls.backend`.

https://gateway-api.sigs.k8s.io/geps/gep-3155/
"""

from lateen.base.refs import Key
from lateen.planner.client import Client
from lateen.planner.gateway_api.gateway import ApiGateway, ClientCertificate
from lateen.planner.scope import Scope
from lateen.reactive import Collection, Demand, Engine, Read
from lateen.registry.registry import Registry


def build_client_certificates(
    engine: Engine,
    clients: Demand[Scope, Client],
    registry: Registry,
    gateways: Collection[Key, ApiGateway],
) -> Collection[Scope, ClientCertificate]:
    """Build the collection by scope; those that have none have no row."""
    by_service = engine.index(
        "gateways with a client certificate", gateways, lambda key, one: one.services if one.shows else ()
    )

    def certificate(read: Read, scope: Scope, client: Client) -> ClientCertificate | None:
        if not client.gateway or client.workload is None:
            return None
        hosts = dict.fromkeys(service.host for service, _, _ in registry.leading(read, client.workload))
        found = [one for host in hosts for one in read.find(by_service, host).values()]
        return min(found, key=lambda one: one.age).shows if found else None

    return engine.map("client certificates of gateways", clients, certificate)
