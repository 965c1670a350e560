"""Find the workload that a pod belongs to, and its canonical name and revision."""

from collections.abc import Mapping
from typing import Any, NamedTuple

CANONICAL_NAME = "service.istio.io/canonical-name"
CANONICAL_REVISION = "service.istio.io/canonical-revision"
WORKLOAD_NAME = "service.istio.io/workload-name"

_LABEL_LENGTH = 63


class Owner(NamedTuple):
    """The workload behind a pod: the Deployment for a pod of its ReplicaSets, else the pod's own controller,
    else the pod itself."""

    api_version: str
    kind: str
    name: str

    def reference(self, namespace: str) -> str:
        """Write it as ISTIO_META_OWNER: kubernetes://apis/apps/v1/namespaces/NS/deployments/NAME."""
        return f"kubernetes://apis/{self.api_version}/namespaces/{namespace}/{self.kind.lower()}s/{self.name}"


def owner_of(metadata: Mapping[str, Any]) -> Owner:
    """Read the owner from pod metadata. ReplicaSet `<name>-<pod-template-hash>` is Deployment `<name>`."""
    for reference in metadata.get("ownerReferences") or ():
        if reference.get("controller"):
            return _of_controller(reference, (metadata.get("labels") or {}).get("pod-template-hash", ""))
    return Owner("v1", "Pod", metadata.get("name") or metadata.get("generateName", "").rstrip("-"))


def _of_controller(reference: Mapping[str, Any], template_hash: str) -> Owner:
    owner = Owner(reference["apiVersion"], reference["kind"], reference["name"])
    if owner.kind == "ReplicaSet" and template_hash and owner.name.endswith(f"-{template_hash}"):
        return Owner(owner.api_version, "Deployment", owner.name.removesuffix(f"-{template_hash}"))
    return owner


def canonical(labels: Mapping[str, str], owner: Owner) -> tuple[str, str]:
    """Return canonical name and revision as Istio derives them: own labels, Kubernetes', `app`/`version`."""
    name = labels.get(CANONICAL_NAME) or labels.get("app.kubernetes.io/name") or labels.get("app") or owner.name
    revision = labels.get(CANONICAL_REVISION) or labels.get("app.kubernetes.io/version") or labels.get("version")
    return name[:_LABEL_LENGTH].rstrip("-_."), revision or "latest"
