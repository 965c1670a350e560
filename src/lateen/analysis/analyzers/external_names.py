"""Ports of ExternalName Services that are not named as HTTP or TCP with a host to tell them by (IST0150)."""

from collections.abc import Iterator

from lateen.analysis.analyzer import Analyzer
from lateen.analysis.finding import Finding
from lateen.analysis.resource import numbered
from lateen.analysis.snapshot import Snapshot

_CARRIED = ("", "tcp")


def _analyze(mesh: Snapshot) -> Iterator[Finding]:
    for service in mesh.of("Service"):
        ports = service.spec.get("ports") if service.spec.get("type") == "ExternalName" else ()
        for path, port in numbered(ports, "spec.ports"):
            said = str(port.get("appProtocol") or port.get("name") or "").partition("-")[0].lower()
            if said in _CARRIED:
                fix = "name it after what is spoken: http-…, https-…, tls-…"
                yield Finding("IST0150", service, (), f"{path}.name", fix)


ANALYZER = Analyzer(
    "service.ExternalNameAnalyzer",
    "Checks the names of ports of ExternalName Services",
    ("Service",),
    _analyze,
)
