"""Fields and values that are deprecated (IST0002)."""

from collections.abc import Iterator

from lateen.analysis.analyzer import Analyzer
from lateen.analysis.finding import Finding
from lateen.analysis.resource import Resource, a_map
from lateen.analysis.snapshot import Snapshot
from lateen.base.errors import Fault
from lateen.kinds.decode import check

DEPRECATED = "deprecated"
_ISTIO = ".istio.io"


def _analyze(mesh: Snapshot) -> Iterator[Finding]:
    for one in mesh:
        if not one.group.endswith(_ISTIO):
            continue
        found = [fault for fault in check(one.raw) if deprecates(fault)]
        for fault in found:
            yield Finding("IST0002", one, (_said(fault),), fault.path, fault.fix)
        yield from _egress_proxy(one)


def deprecates(fault: Fault) -> bool:
    """Whether a warning says that something is deprecated."""
    return fault.severity == "warning" and DEPRECATED in fault.message


def _said(fault: Fault) -> str:
    return f"{fault.path.removeprefix('spec.')}: {fault.message}"


def _egress_proxy(one: Resource) -> Iterator[Finding]:
    if one.kind == "Sidecar" and a_map(one.spec.get("outboundTrafficPolicy")).get("egressProxy"):
        path = "outboundTrafficPolicy.egressProxy"
        yield Finding("IST0002", one, (f"{path} is deprecated",), f"spec.{path}")


ANALYZER = Analyzer(
    "deprecation.DeprecationAnalyzer",
    "Checks for deprecated Istio types and fields",
    ("VirtualService", "DestinationRule", "Sidecar", "CustomResourceDefinition"),
    _analyze,
)
