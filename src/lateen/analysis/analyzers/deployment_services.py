"""Workloads behind several services that say different protocols (IST0116) or ports (IST0137) of one port."""

from collections.abc import Iterator
from typing import Any

from lateen.analysis.analyzer import Analyzer
from lateen.analysis.finding import Finding
from lateen.analysis.resource import Resource, a_map, maps, pairs
from lateen.analysis.snapshot import Snapshot
from lateen.base.selectors import matches

_INJECT = "sidecar.istio.io/inject"


def _analyze(mesh: Snapshot) -> Iterator[Finding]:
    for workload in mesh.of("Deployment"):
        template = a_map(a_map(workload.spec.get("template")).get("metadata"))
        labels = pairs(template.get("labels"))
        if not _in_mesh(mesh, workload, labels, a_map(template.get("annotations"))):
            continue
        ports = [
            (service, port) for service in _leading(mesh, workload, labels) for port in maps(service.spec.get("ports"))
        ]
        yield from _protocols(workload, ports)
        yield from _numbers(workload, ports)


def _in_mesh(mesh: Snapshot, workload: Resource, labels: dict[str, str], annotations: dict[str, Any]) -> bool:
    said = labels.get(_INJECT) or annotations.get(_INJECT)
    namespace = mesh.get("Namespace", "", workload.namespace)
    return said == "true" or (
        said != "false" and namespace is not None and namespace.labels.get("istio-injection") == "enabled"
    )


def _leading(mesh: Snapshot, workload: Resource, labels: dict[str, str]) -> list[Resource]:
    found = [each for each in mesh.of("Service") if each.namespace == workload.namespace]
    selectors = [(each, pairs(each.spec.get("selector"))) for each in found]
    return [service for service, selector in selectors if selector and matches(selector, labels)]


def _protocols(workload: Resource, ports: list[tuple[Resource, dict[str, Any]]]) -> Iterator[Finding]:
    by_number: dict[int, list[str]] = {}
    for _, port in ports:
        by_number.setdefault(int(port.get("port") or 0), []).append(str(port.get("protocol") or "TCP"))
    for number, protocols in by_number.items():
        if len(set(protocols)) > 1:
            yield Finding("IST0116", workload, (workload.name, number, sorted(set(protocols))))


def _numbers(workload: Resource, ports: list[tuple[Resource, dict[str, Any]]]) -> Iterator[Finding]:
    by_target: dict[str, dict[str, int]] = {}
    for service, port in ports:
        target = str(port.get("targetPort") or port.get("port"))
        by_target.setdefault(target, {})[service.name] = int(port.get("port") or 0)
    for target, services in by_target.items():
        if len(set(services.values())) > 1:
            numbers = sorted(set(services.values()))
            yield Finding("IST0137", workload, (workload.name, sorted(services), target, numbers))


ANALYZER = Analyzer(
    "deployment.MultiServiceAnalyzer",
    "Checks association between services and pods",
    ("Service", "Deployment", "Namespace"),
    _analyze,
)
