"""Passwords that stand in a workload's environment as text (LAT0007): everyone who may read the workload reads them."""

from collections.abc import Iterator

from lateen.analysis.analyzer import Analyzer
from lateen.analysis.finding import Finding
from lateen.analysis.resource import a_map, numbered
from lateen.analysis.snapshot import Snapshot

_FIX = "put it into a Secret, and name that: valueFrom: {secretKeyRef: {name: …, key: …}}"


def _analyze(mesh: Snapshot) -> Iterator[Finding]:
    for kind, template in (("Pod", "spec"), ("Deployment", "spec.template.spec")):
        for workload in mesh.of(kind):
            pod = workload.spec if kind == "Pod" else a_map(a_map(workload.spec.get("template")).get("spec"))
            for group in ("initContainers", "containers"):
                for path, container in numbered(pod.get(group), f"{template}.{group}"):
                    for place, variable in numbered(container.get("env"), f"{path}.env"):
                        name = str(variable.get("name", ""))
                        if "PASSWORD" in name.upper() and variable.get("value"):
                            yield Finding("LAT0007", workload, (name,), f"{place}.value", _FIX)


ANALYZER = Analyzer(
    "lateen.LiteralPasswordAnalyzer",
    "Checks that passwords come from Secrets",
    ("Pod", "Deployment"),
    _analyze,
)
