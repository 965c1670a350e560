"""What a machine knows about a pod before its Envoy starts."""

from collections.abc import Mapping
from typing import Any, Literal, NamedTuple

from msgspec import Struct

UNKNOWN = "unknown"


class Locality(NamedTuple):
    """Where a workload runs; each part may be ""."""

    region: str = ""
    zone: str = ""
    subzone: str = ""


class StatsInclusion(Struct, frozen=True):
    """Further statistics to keep, as Istio's `proxyStatsMatcher` names them."""

    prefixes: tuple[str, ...] = ()
    suffixes: tuple[str, ...] = ()
    regexps: tuple[str, ...] = ()


class ControlPlane(Struct, frozen=True):
    """Where configuration comes from: host name or IP, port, and the DNS names its certificate may have."""

    host: str = "istiod.istio-system.svc"
    port: int = 15012
    names: tuple[str, ...] = ("istiod.istio-system.svc",)


class ProxyFacts(Struct, frozen=True, kw_only=True):
    """One pod and its proxy. `owner` is a URL as Istio writes it, `proxy_config` Istio's ProxyConfig as JSON.

    `sds_socket` is the path at which the proxy itself sees the agent's socket. `dns_capture`: the names that the
    applications ask for are answered by the agent; `dns_auto_allocate`: with addresses made for hosts that have none.
    """

    pod: str
    namespace: str
    ip: str
    sds_socket: str
    kind: Literal["sidecar", "router"] = "sidecar"
    service_account: str = "default"
    labels: Mapping[str, str] = {}
    annotations: Mapping[str, str] = {}
    workload_name: str = ""
    owner: str = ""
    node_name: str = ""
    app_containers: tuple[str, ...] = ()
    locality: Locality = Locality()
    cluster_id: str = "Kubernetes"
    mesh_id: str = "cluster.local"
    network: str = ""
    trust_domain: str = "cluster.local"
    dns_domain: str = "cluster.local"
    istio_version: str = ""
    proxy_config: Mapping[str, Any] = {}
    control_plane: ControlPlane = ControlPlane()
    stats: StatsInclusion = StatsInclusion()
    admin_port: int = 15000
    dns_capture: bool = True
    dns_auto_allocate: bool = True

    @property
    def app(self) -> str:
        """The workload's `app` label, or its equivalents, or its name."""
        return self._label("app", "app.kubernetes.io/name") or self.workload_name or self.pod

    @property
    def version(self) -> str:
        """The workload's `version` label or its equivalent ("" = none)."""
        return self._label("version", "app.kubernetes.io/version")

    @property
    def canonical_name(self) -> str:
        """The name of the service that the workload is part of, as Istio derives it from labels."""
        return self._label("service.istio.io/canonical-name", "app.kubernetes.io/name", "app") or (
            self.workload_name or self.pod
        )

    @property
    def canonical_revision(self) -> str:
        """The revision of that service, as Istio derives it from labels."""
        keys = ("service.istio.io/canonical-revision", "app.kubernetes.io/version", "version")
        return self._label(*keys) or "latest"

    @property
    def domain(self) -> str:
        """The first domain in which the pod looks for names."""
        return f"{self.namespace}.svc.{self.dns_domain}"

    @property
    def dns_metadata(self) -> dict[str, str]:
        """What the control plane must know to tell the pod's proxy and its agent the same of names."""
        said = {"DNS_CAPTURE": self.dns_capture, "DNS_AUTO_ALLOCATE": self.dns_auto_allocate}
        return {"INSTANCE_IPS": self.ip, **{name: str(value).lower() for name, value in said.items()}}

    @property
    def node_id(self) -> str:
        """Envoy's node id: kind~ip~pod.namespace~domain."""
        return "~".join((self.kind, self.ip, f"{self.pod}.{self.namespace}", self.domain))

    def _label(self, *keys: str) -> str:
        return next((self.labels[key] for key in keys if self.labels.get(key)), "")
