"""What the API refuses (IST0106) and warns of (IST0133): the same validation as the API server's admission.

What has a code of its own is told by the analyzer of that code.
"""

from collections.abc import Iterator

from lateen.analysis.analyzer import Analyzer
from lateen.analysis.analyzers.deprecation import deprecates
from lateen.analysis.finding import Finding
from lateen.analysis.snapshot import Snapshot
from lateen.kinds.all import KINDS, find
from lateen.kinds.decode import check

_GROUPS = ("istio.io", "lateen.dev")


def _analyze(mesh: Snapshot) -> Iterator[Finding]:
    for one in mesh:
        if find(one.raw.get("apiVersion"), one.raw.get("kind")) is None or not one.group.endswith(_GROUPS):
            continue
        for fault in check(one.raw):
            if not deprecates(fault) and not fault.code:
                code = "IST0106" if fault.severity == "error" else "IST0133"
                said = f"{fault.path}: {fault.message}" if fault.path else fault.message
                yield Finding(code, one, (said,), fault.path, fault.fix)


ANALYZER = Analyzer(
    "schema.ValidationAnalyzer",
    "Runs schema validation as an analyzer",
    tuple(sorted({spec.kind for spec in KINDS if spec.group.endswith(_GROUPS)})),
    _analyze,
)
