"""TCP entries that only their addresses could tell apart, and that have none (IST0134)."""

from collections.abc import Iterator

from lateen.analysis.analyzer import Analyzer
from lateen.analysis.finding import Finding
from lateen.analysis.resource import a_map, numbered
from lateen.analysis.snapshot import Snapshot

_FIX = (
    "give it addresses, or let clients resolve names by the mesh "
    "(ISTIO_META_DNS_CAPTURE and ISTIO_META_DNS_AUTO_ALLOCATE): "
    "without them TCP to this port is taken whatever the host"
)


def _analyze(mesh: Snapshot) -> Iterator[Finding]:
    if _allocated(mesh):
        return
    for entry in mesh.of("ServiceEntry"):
        status = a_map(entry.raw.get("status"))
        if entry.spec.get("addresses") or status.get("addresses"):
            continue
        for path, port in numbered(entry.spec.get("ports"), "spec.ports"):
            if str(port.get("protocol") or "").upper() in ("", "TCP"):
                yield Finding("IST0134", entry, (), path, _FIX)


def _allocated(mesh: Snapshot) -> bool:
    metadata = a_map(a_map(mesh.mesh.get("defaultConfig")).get("proxyMetadata"))
    return all(str(metadata.get(name)).lower() == "true" for name in CAPTURE)


CAPTURE = ("ISTIO_META_DNS_CAPTURE", "ISTIO_META_DNS_AUTO_ALLOCATE")

ANALYZER = Analyzer(
    "serviceentry.Analyzer", "Checks the validity of ServiceEntry", ("ServiceEntry", "MeshConfig"), _analyze
)
