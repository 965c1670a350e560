"""What the control plane in a cluster is told by its Deployment."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from lateen.app.certificate_settings import CertificateSettings
from lateen.app.settings import SEVERAL_AUTHORIZERS
from lateen.base.errors import LateenError

# Nothing that users' objects name by URL is fetched from private networks: pods and services are there, on any cluster.
PRIVATE = ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7")


@dataclass(frozen=True, slots=True, kw_only=True)
class DiscoverySettings:
    """`api`: host and port of the API server. `pod`: this replica. `cluster_id`: what the mesh calls this cluster.
    `revision`: "" is the one that Istio calls default. `namespace`: of the installation. `state`: a folder of this
    replica's own. `authority`: where the Secret `cacerts` is mounted, if it is.
    """

    api: tuple[str, str]
    pod: str = "istiod"
    cluster_id: str = "Kubernetes"
    revision: str = ""
    namespace: str = "istio-system"
    trust_domain: str = "cluster.local"
    state: Path = Path("/var/lib/lateen")
    authority: Path = Path("/etc/cacerts")
    fetch_allow: tuple[str, ...] = ()
    several_authorizers: bool = False
    certificates: CertificateSettings = field(default_factory=CertificateSettings)
    native_sidecars: bool = True

    @classmethod
    def load(cls, env: Mapping[str, str]) -> Self:
        """Read a container's variables, by Istio's names; raises LateenError for one that cannot be read."""
        try:
            api = env["KUBERNETES_SERVICE_HOST"], env.get("KUBERNETES_SERVICE_PORT", "443")
        except KeyError:
            fix = "on one machine the control plane is part of: lateen up"
            raise LateenError("this runs in a pod of Kubernetes: there is no KUBERNETES_SERVICE_HOST", fix) from None
        revision = env.get("REVISION", "")
        return cls(
            api=api,
            pod=env.get("POD_NAME", "istiod"),
            cluster_id=env.get("CLUSTER_ID") or "Kubernetes",
            revision="" if revision == "default" else revision,
            namespace=env.get("POD_NAMESPACE", "istio-system"),
            trust_domain=env.get("TRUST_DOMAIN") or "cluster.local",
            state=Path(env.get("LATEEN_STATE", "/var/lib/lateen")),
            fetch_allow=tuple(one.strip() for one in env.get("LATEEN_FETCH_ALLOW", "").split(",") if one.strip()),
            several_authorizers=env.get(SEVERAL_AUTHORIZERS, "").lower() in ("1", "t", "true"),
            certificates=CertificateSettings.load(env),
            native_sidecars=env.get("ENABLE_NATIVE_SIDECARS", "true").lower() not in ("false", "0", "f"),
        )

    @property
    def dns_names(self) -> tuple[str, ...]:
        """By what names the control plane is called; a revision's service has the revision in its name."""
        names = ["istiod", *((f"istiod-{self.revision}",) if self.revision else ())]
        return tuple(
            f"{name}{suffix}" for name in names for suffix in (
                f".{self.namespace}.svc", f".{self.namespace}.svc.cluster.local", f".{self.namespace}", "",
            )
        )  # fmt: skip
