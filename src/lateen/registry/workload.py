"""A workload: a pod as the mesh sees it."""

from collections.abc import Mapping

from msgspec import Struct

from lateen.base.refs import Key, Origin


class Workload(Struct, frozen=True, kw_only=True):
    """A pod. `ports`: container port numbers by name. `mesh_tls`: a proxy in front accepts mesh TLS.
    `gateway`: its proxy is a gateway, not a sidecar. `injected`: it has a proxy of ours at all.
    `workload_name`: what made it (`reviews-v1`). `canonical_*`: the service and revision telemetry shows."""

    namespace: str
    name: str
    ip: str = ""
    labels: Mapping[str, str]
    ports: Mapping[str, int]
    service_account: str = "default"
    node: str = ""
    mesh_tls: bool = False
    injected: bool = False
    gateway: bool = False
    ready: bool = False
    workload_name: str = ""
    canonical_name: str = ""
    canonical_revision: str = "latest"
    origin: Origin = Origin()

    @property
    def key(self) -> Key:
        """The namespace and name of the pod."""
        return Key(self.namespace, self.name)

    @property
    def telemetry(self) -> str:
        """The workload as telemetry shows it: "name;namespace;app;version;canonical;revision;cluster"."""
        app, version = self.labels.get("app", ""), self.labels.get("version", "")
        canonical = f"{self.canonical_name};{self.canonical_revision}"
        return f"{self.workload_name};{self.namespace};{app};{version};{canonical};Kubernetes"
