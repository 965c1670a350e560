"""The chart of the control plane: its values' names are those of `lateen install` below `values`."""

from collections.abc import Iterator
from typing import Any

from lateen.install.access import access
from lateen.install.helm.marks import Marks
from lateen.install.helm.sketch import Sketch, Switch, woven
from lateen.install.helm.template import Template, ranged
from lateen.install.istiod import control_plane
from lateen.install.parts import PLACING, Raw
from lateen.install.webhooks import injector, validator

_HEAD = """{{- $values := include "lateen.values" . | fromJson }}
{{- $revision := $values.revision | default "default" }}
{{- $suffix := eq $revision "default" | ternary "" (printf "-%s" $revision) }}
{{- $unnamed := or (eq $revision "default") (eq $revision $values.defaultRevision) }}
{{- $tags := $values.revisionTags }}
{{- if and $unnamed (ne $revision "default") (not (has "default" $tags)) }}{{ $tags = append $tags "default" }}{{ end }}
"""
_TAGS = "$tags"
# A variable is text: what is written as a number or as true becomes it.
_TEXT = '(kindIs "string" $value | ternary $value (toJson $value))'
_PLAIN = ("replicaCount", "autoscaleMin", "autoscaleMax", "rollingMaxSurge", "rollingMaxUnavailable", "resources")


def _switch(*path: str) -> Switch:
    """A value that brings something where it is not empty."""
    return Switch(f"$values.{'.'.join(path)}", ("tree", "values", *path))


_EVERY_NAMESPACE = _switch("sidecarInjectorWebhook", "enableNamespacesByDefault")
SWITCHES = (
    Switch('eq $revision "default"', ("said", "is_default")),
    Switch("$unnamed", ("said", "checks_unnamed")),
    Switch('index $values.pilot.env "K8S_SIGNER"', ("said", "signer")),
    _EVERY_NAMESPACE,
    _switch("global", "defaultPodDisruptionBudget", "enabled"),
    *(_switch("global", name) for name in ("imagePullPolicy", "imagePullSecrets", "priorityClassName")),
    *(_switch("pilot", name) for name in ("autoscaleEnabled", "serviceAnnotations", *PLACING)),
)
_OF_TAGS = (Switch('eq $value "default"', ("said", "is_default_tag")), _EVERY_NAMESPACE)


def templates(version: str) -> dict[str, str]:
    """Return the chart's templates of objects by name."""
    marks = Marks()
    sketch = Sketch(_tree(marks), version, _said(marks))
    written = Template(marks).written
    tag = sketch.tags[0]
    of_tag = Template(marks, frozenset({_TAGS})).written(woven(lambda made: [injector(made, tag)], sketch, _OF_TAGS))
    return {
        "access.yaml": _HEAD + written(woven(access, sketch, SWITCHES)),
        "istiod.yaml": _HEAD + written(woven(control_plane, sketch, SWITCHES)),
        "webhooks.yaml": _HEAD + written(woven(_webhooks, sketch, SWITCHES)),
        "tags.yaml": _HEAD + "\n".join(ranged(of_tag.splitlines(), _TAGS)) + "\n",
    }


def _webhooks(sketch: Sketch) -> Iterator[Raw]:
    yield injector(sketch)
    yield validator(sketch)


def _said(marks: Marks) -> dict[str, Any]:
    namespace, suffix = "$.Release.Namespace", "$suffix"
    address = f'(printf "istiod%s.%s.svc:15012" {suffix} {namespace})'
    return {
        "namespace": marks.value(namespace),
        "revision": marks.value("$revision"),
        "suffix": marks.value(suffix),
        "is_default": True,
        "is_default_tag": True,
        "checks_unnamed": True,
        "tags": marks.each(_TAGS),
        "signer": marks.value('index $values.pilot.env "K8S_SIGNER"'),
        "image": marks.value('include "lateen.image" $values'),
        "mesh": marks.block(
            f'include "lateen.mesh" (dict "values" $values "namespace" {namespace} "address" {address})'
        ),
        "injection": marks.block('include "lateen.injection" $values'),
        "policy": marks.value('include "lateen.policy" (printf "istio-validator%s-%s" $suffix $.Release.Namespace)'),
        "manager": marks.value("$.Release.Service"),
        "release": marks.value("$.Release.Name"),
    }


def _tree(marks: Marks) -> dict[str, Any]:
    pilot: dict[str, Any] = {name: marks.value(f"$values.pilot.{name}") for name in (*_PLAIN, *PLACING)}
    pilot |= {name: marks.entries(f"$values.pilot.{name}") for name in ("podAnnotations", "podLabels")}
    pilot |= {"serviceAnnotations": marks.entries("$values.pilot.serviceAnnotations"), "autoscaleEnabled": True}
    pilot |= {"env": marks.entries("$values.pilot.env", _TEXT), "image": "pilot"}
    pilot["cpu"] = {"targetAverageUtilization": marks.value("$values.pilot.cpu.targetAverageUtilization")}
    common = {
        "defaultPodDisruptionBudget": {"enabled": True},
        "imagePullPolicy": marks.value("$values.global.imagePullPolicy"),
        "imagePullSecrets": marks.each("$values.global.imagePullSecrets"),
        "priorityClassName": marks.value("$values.global.priorityClassName"),
        "multiCluster": {"clusterName": marks.value("$values.global.multiCluster.clusterName")},
    }
    return {
        "meshConfig": {"trustDomain": marks.value("$values.meshConfig.trustDomain")},
        "values": {
            "global": common,
            "pilot": pilot,
            "sidecarInjectorWebhook": {"enableNamespacesByDefault": True},
        },
    }
