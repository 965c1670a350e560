"""What the objects of an installation have in common: names with the revision, labels, security contexts, settings."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from lateen.install.idle import without_idle

Raw = dict[str, Any]

MANAGER = "lateen"
MANAGED, COMPONENT = "install.operator.istio.io/owning-resource", "operator.istio.io/component"
REVISION, VERSION = "istio.io/rev", "operator.istio.io/version"
# Whose what all revisions share is: no revision takes it along when it goes. No revision has this name.
SHARED = "lateen--all"
UID = 1337
# Where pods may run.
PLACING = ("nodeSelector", "affinity", "tolerations", "topologySpreadConstraints")
# One stays when nodes are drained.
ONE_STAYS: Mapping[str, Any] = {"minAvailable": 1}

RESTRICTED = {
    "allowPrivilegeEscalation": False,
    "capabilities": {"drop": ["ALL"]},
    "privileged": False,
    "readOnlyRootFilesystem": True,
    "runAsGroup": UID,
    "runAsNonRoot": True,
    "runAsUser": UID,
    "seccompProfile": {"type": "RuntimeDefault"},
}


@dataclass(frozen=True)
class Installation:
    """Settings (`settings.settings`) with short ways to what is asked often. `version`: the tag where none is said."""

    tree: Mapping[str, Any]
    version: str

    @property
    def namespace(self) -> str:
        return str(self.tree["namespace"])

    @property
    def revision(self) -> str:
        """As labels have it: `default` where none is named."""
        return str(self.tree["revision"] or "default")

    @property
    def is_default(self) -> bool:
        """Say whether no revision is named."""
        return self.revision == "default"

    def takes_unnamed(self, tag: str = "") -> bool:
        """Say whether namespaces and pods that name no revision are this revision's, or those of its `tag`."""
        return tag == "default" if tag else self.is_default

    @property
    def suffix(self) -> str:
        """What names carry of a named revision."""
        return "" if self.is_default else f"-{self.revision}"

    @property
    def istiod(self) -> str:
        """The control plane's service and Deployment."""
        return f"istiod{self.suffix}"

    @property
    def values(self) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self.tree["values"]
        return found

    @property
    def common(self) -> Mapping[str, Any]:
        """values.global"""
        found: Mapping[str, Any] = self.values["global"]
        return found

    @property
    def hub(self) -> str:
        return str(self.common["hub"] or self.tree["hub"])

    @property
    def tag(self) -> str:
        return str(self.common["tag"] or self.tree["tag"] or self.version)

    def image(self, name: str, part: Mapping[str, Any] | None = None) -> str:
        """HUB/NAME:TAG; a name with a slash is a whole image already."""
        own = part or {}
        return name if "/" in name else f"{own.get('hub') or self.hub}/{name}:{own.get('tag') or self.tag}"

    def labels(self, component: str, **more: str) -> dict[str, str]:
        """The labels of an object: whose it is, of which part and revision."""
        return {
            "app.kubernetes.io/managed-by": MANAGER,
            "app.kubernetes.io/part-of": "istio",
            MANAGED: f"lateen{self.suffix}",
            COMPONENT: component,
            VERSION: self.version,
            REVISION: self.revision,
            "release": "istio",
            **more,
        }

    @property
    def tags(self) -> list[str]:
        """The names that the revision has beside its own."""
        named: list[str] = self.values["revisionTags"]
        unnamed = ["default"] if self.checks_unnamed and not self.is_default else []
        return list(dict.fromkeys((*named, *unnamed)))

    @property
    def checks_unnamed(self) -> bool:
        """Say whether objects that name no revision are checked by this one."""
        return self.is_default or bool(self.values["defaultRevision"] == self.revision)

    @property
    def signer(self) -> str:
        """Who signs workloads' certificates in place of the control plane; "" = nobody."""
        return str(self.values["pilot"]["env"].get("K8S_SIGNER", ""))

    def shared_labels(self) -> dict[str, str]:
        """The labels of what all revisions share."""
        labels = self.labels("Base")
        del labels[REVISION]
        return labels | ({MANAGED: SHARED} if MANAGED in labels else {})

    @property
    def policy(self) -> str:
        """What becomes of objects that nobody can be asked about, until the control plane says Fail."""
        return "Ignore"

    def mesh(self) -> str:
        """The mesh's settings, as the ConfigMap `istio` has them."""
        given: Mapping[str, Any] = self.tree["meshConfig"]
        config = {"discoveryAddress": f"{self.istiod}.{self.namespace}.svc:15012"} | (given.get("defaultConfig") or {})
        said = {name: value for name, value in given.items() if value != ""}
        mesh = {"rootNamespace": self.namespace, **said, "defaultConfig": config}
        return yaml.safe_dump(mesh, sort_keys=True)

    def injection(self) -> str:
        """What injection reads (`inject/installation.py`), as the ConfigMap `istio-sidecar-injector` has it."""
        values = {
            "global": {**self.common, "hub": self.hub, "tag": self.tag},
            "pilot": {"cni": self.values["pilot"]["cni"]},
            "sidecarInjectorWebhook": self.values["sidecarInjectorWebhook"],
            "revision": self.tree["revision"],
        }
        return json.dumps(without_idle(values), indent=2, sort_keys=True)

    def pulling(self) -> Raw:
        """How a container's image is pulled."""
        return {"imagePullPolicy": self.common["imagePullPolicy"]} if self.common["imagePullPolicy"] else {}

    def priority(self) -> Raw:
        """Of what priority pods are."""
        name = self.common["priorityClassName"]
        return {"priorityClassName": name} if name else {}

    def secrets(self) -> Raw:
        """With which secrets a pod's images are pulled."""
        names = self.common["imagePullSecrets"]
        return {"imagePullSecrets": [{"name": name} for name in names]} if names else {}


def made(api_version: str, kind: str, name: str, labels: Mapping[str, str], namespace: str = "", **rest: Any) -> Raw:
    """Return an object."""
    meta: Raw = {"name": name} | ({"namespace": namespace} if namespace else {}) | {"labels": dict(labels)}
    return {"apiVersion": api_version, "kind": kind, "metadata": meta} | rest


def annotated(raw: Raw, annotations: Mapping[str, str]) -> Raw:
    """Return the object with annotations, if there are any."""
    return raw | {"metadata": raw["metadata"] | {"annotations": dict(annotations)}} if annotations else raw


def text(value: Any) -> str:
    """Return a value as an environment variable has it."""
    return value if isinstance(value, str) else json.dumps(value)


def autoscaler(name: str, namespace: str, labels: Mapping[str, str], said: Mapping[str, Any]) -> Raw:
    """Return the HorizontalPodAutoscaler of a Deployment: `said` has autoscaleMin, autoscaleMax and cpu."""
    target = {"type": "Utilization", "averageUtilization": (said.get("cpu") or {}).get("targetAverageUtilization", 80)}
    spec = {
        "minReplicas": said["autoscaleMin"],
        "maxReplicas": said["autoscaleMax"],
        "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": name},
        "metrics": [{"type": "Resource", "resource": {"name": "cpu", "target": target}}],
    }
    return made("autoscaling/v2", "HorizontalPodAutoscaler", name, labels, namespace, spec=spec)


def disruption_budget(
    name: str,
    namespace: str,
    labels: Mapping[str, str],
    selector: Mapping[str, str],
    budget: Mapping[str, Any] = ONE_STAYS,
) -> Raw:
    """Return the PodDisruptionBudget of the pods that `selector` finds."""
    spec = {**budget, "selector": {"matchLabels": dict(selector)}}
    return made("policy/v1", "PodDisruptionBudget", name, labels, namespace, spec=spec)
