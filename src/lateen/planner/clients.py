"""The clients of wanted scopes as a collection."""

from msgspec import structs

from lateen.planner.client import Client
from lateen.planner.dns_capture import DnsCapture
from lateen.planner.scope import Scope, Traits
from lateen.planner.sidecar import SidecarRules
from lateen.planner.sidecars import Sidecars
from lateen.reactive import Demand, Engine, Read
from lateen.registry.mesh import Mesh
from lateen.registry.registry import Registry


def build_clients(engine: Engine, name: str, registry: Registry, sidecars: Sidecars) -> Demand[Scope, Client]:
    """Build a collection of clients; it stays empty until somebody wants a scope."""

    def client(read: Read, scope: Scope) -> Client:
        mesh = registry.settings(read)
        own = sidecars.in_force(read, scope, mesh.root_namespace) if scope.kind == "sidecar" else None
        return _obeying(own, _client(scope, mesh)) if own else _client(scope, mesh)

    return engine.demand(name, client)


def _client(scope: Scope, mesh: Mesh) -> Client:
    traits = Traits.parse(scope.name)
    return Client(
        namespace=scope.namespace,
        labels=traits.labels,
        workload=traits.workload(scope.namespace),
        mesh=mesh,
        dns=DnsCapture.parse(scope.dns),
        gateway=scope.kind == "gateway",
    )


def _obeying(sidecar: SidecarRules, client: Client) -> Client:
    mesh = client.mesh
    if sidecar.allow_any is not None:
        mesh = structs.replace(mesh, allow_any=sidecar.allow_any, dynamic_dns=False)
    return structs.replace(client, mesh=mesh, egress=sidecar.egress, egress_proxy=sidecar.egress_proxy)
