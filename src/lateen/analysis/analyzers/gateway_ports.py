"""Gateways for which there is no workload (IST0101), or whose port its Service does not have (IST0162)."""

from collections.abc import Iterator, Mapping

from lateen.analysis.analyzer import Analyzer
from lateen.analysis.finding import Finding
from lateen.analysis.resource import Resource, a_map, maps, numbered, pairs
from lateen.analysis.snapshot import Snapshot
from lateen.base.selectors import matches


def _analyze(mesh: Snapshot) -> Iterator[Finding]:
    for gateway in mesh.of("Gateway"):
        selector = pairs(gateway.spec.get("selector"))
        said = ",".join(f"{name}={value}" for name, value in sorted(selector.items()))
        behind: list[Mapping[str, str]] = [pod.labels for pod in mesh.pods(selector)]
        behind += [labels for _, labels in mesh.templates() if matches(selector, labels)]
        if not selector:
            continue
        if not behind:
            yield Finding("IST0101", gateway, ("selector", said), "spec.selector")
            continue
        services = [each for each in mesh.of("Service") if any(_leads(each, labels) for labels in behind)]
        for path, server in numbered(gateway.spec.get("servers"), "spec.servers"):
            number = a_map(server.get("port")).get("number")
            if services and number not in {port for each in services for port in _ports(each)}:
                yield Finding("IST0162", gateway, (number, said), f"{path}.port.number")


def _leads(service: Resource, labels: Mapping[str, str]) -> bool:
    selector = pairs(service.spec.get("selector"))
    return bool(selector) and matches(selector, labels)


def _ports(service: Resource) -> Iterator[int]:
    """What a gateway behind a Service may listen on: the ports, and where they lead."""
    for port in maps(service.spec.get("ports")):
        yield from (port[name] for name in ("port", "targetPort") if isinstance(port.get(name), int))


ANALYZER = Analyzer(
    "gateway.IngressGatewayPortAnalyzer",
    "Checks a gateway's ports against the gateway's Kubernetes service ports",
    ("Gateway", "Pod", "Service"),
    _analyze,
)
