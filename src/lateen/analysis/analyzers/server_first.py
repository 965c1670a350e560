"""Ports of databases and mail that do not say what they carry (LAT0003): sniffing would wait for the client."""

from collections.abc import Iterator
from typing import Any

from lateen.analysis.analyzer import Analyzer
from lateen.analysis.analyzers.service_port_names import named
from lateen.analysis.finding import Finding
from lateen.analysis.resource import Resource, numbered
from lateen.analysis.snapshot import Snapshot

# Well-known ports of protocols whose servers speak first.
# https://istio.io/latest/docs/ops/deployment/application-requirements/#server-first-protocols
_PORTS = {21: "ftp", 22: "ssh", 25: "smtp", 110: "pop3", 143: "imap", 587: "smtp", 3306: "mysql", 33060: "mysql"}
_NAMES = ("mysql", "mariadb", "smtp", "mail", "ftp", "imap", "pop3")


def _analyze(mesh: Snapshot) -> Iterator[Finding]:
    for service in mesh.of("Service"):
        for path, port in numbered(service.spec.get("ports"), "spec.ports"):
            if not named(port) and (found := _looks_like(service, port)):
                yield Finding("LAT0003", service, (port.get("port", 0), str(service.key), found), path, _fix(found))


def _looks_like(service: Resource, port: dict[str, Any]) -> str:
    for number in (port.get("port"), port.get("targetPort")):
        if isinstance(number, int) and number in _PORTS:
            return _PORTS[number]
    words = f"{port.get('name') or ''} {service.name}".lower().replace("-", " ").split()
    return next((name for name in _NAMES if name in words), "")


def _fix(found: str) -> str:
    name = "mysql" if found in ("mysql", "mariadb") else f"tcp-{found}"
    return f"name the port {name}, or set appProtocol: {'mysql' if name == 'mysql' else 'tcp'}"


ANALYZER = Analyzer(
    "lateen.ServerFirstAnalyzer",
    "Checks that ports whose servers speak first say their protocol",
    ("Service",),
    _analyze,
)
