"""The chart of a gateway: its values' names are those of Istio's chart, and Kubernetes' own."""

from collections.abc import Iterator
from typing import Any

from lateen.install.gateways import Gateway, gateway
from lateen.install.helm.marks import Marks
from lateen.install.helm.sketch import Sketch, Switch, woven
from lateen.install.helm.template import Template
from lateen.install.parts import PLACING, Raw

_HEAD = """{{- $values := .Values }}
{{- $name := $values.name | default .Release.Name }}
{{- $revision := $values.revision | default "default" }}
{{- $account := $values.serviceAccount.name | default $name }}
{{- $labels := merge (deepCopy $values.labels) (dict "app" $name "istio" (trimPrefix "istio-" $name)) }}
"""

_SETTINGS = ("tree", "settings")
SWITCHES = (
    Switch('eq $revision "default"', ("said", "is_default")),
    Switch("$values.autoscaling.enabled", (*_SETTINGS, "autoscaleEnabled")),
    Switch("$values.podDisruptionBudget", ("tree", "budget")),
    Switch("$values.service.annotations", ("tree", "annotations")),
    Switch("$values.serviceAccount.create", ("tree", "makes_account")),
    Switch("$values.serviceAccount.annotations", ("tree", "account_annotations")),
    Switch("$values.priorityClassName", ("tree", "values", "global", "priorityClassName")),
    Switch("$values.securityContext", (*_SETTINGS, "securityContext")),
    Switch("$values.imagePullSecrets", ("tree", "values", "global", "imagePullSecrets")),
    *(Switch(f"$values.{name}", (*_SETTINGS, name)) for name in PLACING),
)


def templates(version: str) -> dict[str, str]:
    """Return the chart's templates by name."""
    marks = Marks()
    sketch = Sketch(_tree(marks), version, _said(marks))
    return {"gateway.yaml": _HEAD + Template(marks).written(woven(_objects, sketch, SWITCHES))}


def _objects(sketch: Sketch) -> Iterator[Raw]:
    tree = sketch.tree
    said = {name: tree[name] for name in ("settings", "annotations", "budget", "makes_account", "account_annotations")}
    one = Gateway(
        name=sketch.said["name"],
        namespace=sketch.namespace,
        account=sketch.said["account"],
        labels=sketch.said["labels"],
        service=sketch.said["service"],
        resources=sketch.said["resources"],
        replicas=sketch.said["replicas"],
        **said,
    )
    return gateway(sketch, one, sketch.labels("Gateways"))


def _said(marks: Marks) -> dict[str, Any]:
    return {
        "namespace": marks.value("$.Release.Namespace"),
        "revision": marks.value("$revision"),
        "is_default": True,
        "name": marks.value("$name"),
        "account": marks.value("$account"),
        "labels": marks.entries("$labels"),
        "service": marks.entries('(omit $values.service "annotations")'),
        "resources": marks.value("$values.resources"),
        "replicas": marks.value("$values.replicaCount"),
        "manager": marks.value("$.Release.Service"),
        "release": marks.value("$.Release.Name"),
    }


def _tree(marks: Marks) -> dict[str, Any]:
    scaling = {
        "autoscaleEnabled": True,
        "autoscaleMin": marks.value("$values.autoscaling.minReplicas"),
        "autoscaleMax": marks.value("$values.autoscaling.maxReplicas"),
        "cpu": {"targetAverageUtilization": marks.value("$values.autoscaling.targetCPUUtilizationPercentage")},
    }
    placing = {name: marks.value(f"$values.{name}") for name in PLACING}
    return {
        "settings": {
            **scaling,
            **placing,
            "podAnnotations": marks.entries("$values.podAnnotations"),
            "securityContext": marks.value("$values.securityContext"),
        },
        "budget": marks.entries("$values.podDisruptionBudget"),
        "annotations": marks.entries("$values.service.annotations"),
        "makes_account": True,
        "account_annotations": marks.entries("$values.serviceAccount.annotations"),
        "values": {
            "global": {
                "imagePullSecrets": marks.each("$values.imagePullSecrets", "$value.name"),
                "priorityClassName": marks.value("$values.priorityClassName"),
            }
        },
    }
