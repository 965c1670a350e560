"""A workload: a pod, or a machine that a WorkloadEntry speaks for, as the mesh sees it."""

from collections.abc import Mapping
from typing import Literal

from msgspec import Struct

from lateen.base.refs import Key, Origin


class Workload(Struct, frozen=True, kw_only=True):
    """A pod or machine. `ports`: container port numbers by name. `mapped`: a machine's port numbers by the name of
    the service's port. `ip`: of a machine also a host name or `unix://` and a path. `mesh_tls`: a proxy in front
    accepts mesh TLS. `gateway`: its proxy is a gateway, not a sidecar. `injected`: it has a proxy of ours at all.
    `workload_name`: what made it (`reviews-v1`). `canonical_*`: the service and revision telemetry shows.
    `locality`: region/zone/subzone."""

    namespace: str
    name: str
    kind: Literal["Pod", "WorkloadEntry"] = "Pod"
    ip: str = ""
    labels: Mapping[str, str]
    ports: Mapping[str, int] = {}
    mapped: Mapping[str, int] = {}
    service_account: str = "default"
    node: str = ""
    mesh_tls: bool = False
    injected: bool = False
    gateway: bool = False
    ready: bool = False
    weight: int = 1
    locality: str = ""
    network: str = ""
    workload_name: str = ""
    canonical_name: str = ""
    canonical_revision: str = "latest"
    origin: Origin = Origin()

    @property
    def key(self) -> Key:
        """The namespace and name of the pod or entry."""
        return Key(self.namespace, self.name)

    @property
    def telemetry(self) -> str:
        """The workload as telemetry shows it: "name;namespace;app;version;canonical;revision;cluster"."""
        app, version = self.labels.get("app", ""), self.labels.get("version", "")
        canonical = f"{self.canonical_name};{self.canonical_revision}"
        return f"{self.workload_name};{self.namespace};{app};{version};{canonical};Kubernetes"
