"""ServiceEntries that say different protocols of one port of one host (IST0177)."""

from collections.abc import Iterator

from lateen.analysis.analyzer import Analyzer
from lateen.analysis.finding import Finding
from lateen.analysis.resource import Resource, numbered, texts
from lateen.analysis.snapshot import Snapshot


def _analyze(mesh: Snapshot) -> Iterator[Finding]:
    said: dict[tuple[str, int], list[tuple[Resource, str, str]]] = {}
    for entry in mesh.of("ServiceEntry"):
        for path, port in numbered(entry.spec.get("ports"), "spec.ports"):
            for host in texts(entry.spec.get("hosts")):
                if isinstance(number := port.get("number"), int):
                    protocol = str(port.get("protocol") or "").upper()
                    said.setdefault((host, number), []).append((entry, protocol, f"{path}.protocol"))
    for (host, number), found in said.items():
        protocols = sorted({protocol for _, protocol, _ in found})
        if len(protocols) > 1:
            names = ", ".join(sorted({str(entry.key) for entry, _, _ in found}))
            for entry, _, path in found:
                yield Finding("IST0177", entry, (names, host, number, ", ".join(protocols)), path)


ANALYZER = Analyzer(
    "serviceentry.ConflictingServiceEntryProtocolAnalyzer",
    "Checks if multiple ServiceEntries define the same host and port with different protocols",
    ("ServiceEntry",),
    _analyze,
)
