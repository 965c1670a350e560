"""Annotations that are unknown, misplaced, unreadable, deprecated, or not settled yet (IST0107, 0108, 0125, 0135,
0136)."""

from collections.abc import Iterator
from typing import NamedTuple

from lateen.analysis.analyzer import Analyzer
from lateen.analysis.finding import Finding
from lateen.analysis.resource import Resource, a_map, maps, pairs
from lateen.analysis.snapshot import Snapshot
from lateen.kinds.annotations import ANNOTATIONS, ANY
from lateen.kinds.suggestion import suggestion

_KINDS = ("Namespace", "Service", "Pod", "Deployment")
# Names of operators and of the inside of a mesh, which nobody documents.
_INTERNAL = ("operator.istio.io", "internal.istio.io", "experimental.istio.io")
# What Istio's CNI plug-in writes into the pods that it has set up, which have this container.
_VALIDATION = "istio-validation"
_BY_CNI = frozenset(
    {
        "sidecar.istio.io/interceptionMode",
        "traffic.sidecar.istio.io/excludeInboundPorts",
        "traffic.sidecar.istio.io/includeInboundPorts",
        "traffic.sidecar.istio.io/includeOutboundIPRanges",
    }
)


class _Said(NamedTuple):
    """An annotation, and what kind of object it is said of."""

    resource: Resource
    kind: str
    path: str
    name: str
    value: str


def _all(mesh: Snapshot) -> Iterator[_Said]:
    for one in (one for kind in _KINDS for one in mesh.of(kind)):
        for name, value in one.annotations.items():
            yield _Said(one, one.kind, f"metadata.annotations.{name}", name, value)
        if one.kind == "Deployment":
            template = a_map(a_map(one.spec.get("template")).get("metadata"))
            for name, value in pairs(template.get("annotations")).items():
                yield _Said(one, "Pod", f"spec.template.metadata.annotations.{name}", name, value)


def _analyze(mesh: Snapshot) -> Iterator[Finding]:
    for said in _all(mesh):
        known = ANNOTATIONS.get(said.name)
        if known is None:
            if _is_ours(said.name):
                near = suggestion(said.name, ANNOTATIONS)
                yield Finding(
                    "IST0108", said.resource, (said.name,), said.path, f"did you mean {near}?" if near else ""
                )
            continue
        if known.deprecated:
            yield Finding("IST0135", said.resource, (said.name, known.deprecated), said.path)
        if ANY not in known.kinds and said.kind not in known.kinds:
            fix = "put it into spec.template.metadata.annotations" if said.kind == "Deployment" else ""
            yield Finding("IST0107", said.resource, (said.name, ", ".join(known.kinds)), said.path, fix)
        elif known.number and not said.value.isdigit():
            yield Finding("IST0125", said.resource, (said.name, f"{said.value!r} is no number"), said.path)


def _is_ours(name: str) -> bool:
    group = name.partition("/")[0]
    return (group == "istio.io" or group.endswith(".istio.io")) and not group.endswith(_INTERNAL)


def _alpha(mesh: Snapshot) -> Iterator[Finding]:
    for said in _all(mesh):
        known = ANNOTATIONS.get(said.name)
        if known is None or known.stage != "Alpha" or known.automatic:
            continue
        if not (said.name in _BY_CNI and _is_set_up(said.resource)):
            yield Finding("IST0136", said.resource, (said.name,), said.path)


def _is_set_up(one: Resource) -> bool:
    return any(each.get("name") == _VALIDATION for each in maps(one.spec.get("initContainers")))


ANALYZER = Analyzer(
    "annotations.K8sAnalyzer",
    "Checks for misplaced and invalid Istio annotations in Kubernetes resources",
    _KINDS,
    _analyze,
)
ALPHA = Analyzer(
    "annotations.AlphaAnalyzer",
    "Checks for alpha Istio annotations in Kubernetes resources",
    _KINDS,
    _alpha,
    default=False,
)
