"""Service ports whose names tell no protocol (IST0118)."""

from collections.abc import Iterator
from typing import Any

from lateen.analysis.analyzer import Analyzer
from lateen.analysis.finding import Finding
from lateen.analysis.resource import numbered
from lateen.analysis.snapshot import Snapshot
from lateen.registry.protocols import of_service_port

_MANAGED = "gateway.istio.io/managed"
_ANY = 1  # a port's number that tells nothing
_PREFIXES = (
    "name it <protocol>[-<suffix>] or set appProtocol: "
    "http, http2, https, grpc, grpc-web, tcp, tls, mongo, mysql, redis or udp"
)


def _analyze(mesh: Snapshot) -> Iterator[Finding]:
    for service in mesh.of("Service"):
        if service.spec.get("type") == "ExternalName" or _MANAGED in service.labels:
            continue
        if service.namespace in ("kube-system", "kube-public"):
            continue
        for path, port in numbered(service.spec.get("ports"), "spec.ports"):
            if not named(port):
                found = (port.get("name", ""), port.get("port", 0), port.get("targetPort", ""))
                yield Finding("IST0118", service, found, path, _PREFIXES)


def named(port: dict[str, Any]) -> bool:
    """Whether a port's name or appProtocol tells its protocol."""
    name, application = str(port.get("name") or ""), str(port.get("appProtocol") or "")
    transport = str(port.get("protocol") or "TCP")
    return bool(application) or of_service_port(name, _ANY, transport, "") != "auto"


ANALYZER = Analyzer(
    "service.PortNameAnalyzer", "Checks the port names associated with each service", ("Service",), _analyze
)
