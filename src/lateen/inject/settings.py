"""What injection needs to know of the mesh."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from lateen.kinds.label_selector import LabelSelector


@dataclass(frozen=True, slots=True, kw_only=True)
class InjectSettings:
    """The mesh's side of injection.

    `revision`: the control plane's revision; `istio-injection=enabled` selects the one named "default".
    `asked`: a webhook's selectors were met, so it is this control plane that is meant, by its revision or by a tag.
    `enable_namespaces_by_default`: inject where neither namespace nor pod says anything.
    `native_sidecars`: sidecars are init containers that run on, unless a pod says otherwise.
    `proxy_config`: MeshConfig's defaultConfig as written (fields in camel case), under what pods annotate.
    `proxy_configs`: the ProxyConfigs of the root namespace and the pod's, over both.
    `agent`: where the proxy's agent runs: one on the "node", or one in each "pod" beside Envoy. `capture`: who takes
    a pod's traffic over: the "node", or an "init" container of image `init_image` ("" = `image`).
    `pull_policy`, `pull_secrets` ("", () = the cluster's default), `resources`, log levels, `readiness` (a probe's
    periodSeconds, failureThreshold, initialDelaySeconds): of the proxy's container.
    `rewrite_probes`: applications' probes by HTTP, TCP and gRPC are asked by the proxy's agent (`inject/probes.py`).
    `hold_application`: other containers start behind the proxy, where it is no native sidecar.
    `never`: selectors of pods that get no proxy, unless they ask for one themselves.
    """

    revision: str = "default"
    asked: bool = False
    image: str = "lateen/proxyv2:1.40.0"
    enable_namespaces_by_default: bool = False
    native_sidecars: bool = True
    cluster_id: str = "Kubernetes"
    mesh_id: str = "cluster.local"
    trust_domain: str = "cluster.local"
    domain: str = "cluster.local"
    ca_address: str = "istiod.istio-system.svc:15012"
    root_namespace: str = "istio-system"
    proxy_config: Mapping[str, Any] = field(default_factory=dict)
    proxy_configs: Sequence[Mapping[str, Any]] = ()
    agent: Literal["node", "pod"] = "node"
    capture: Literal["node", "init"] = "node"
    init_image: str = ""
    pull_policy: str = ""
    pull_secrets: Sequence[str] = ()
    resources: Mapping[str, Any] = field(default_factory=dict)
    readiness: Mapping[str, int] = field(default_factory=dict)
    log_level: str = "warning"
    component_log_level: str = "misc:error"
    rewrite_probes: bool = False
    hold_application: bool = False
    never: Sequence[LabelSelector] = ()
