"""Sidecars that select no pod (IST0101), the same pod (IST0110), or all pods more than once (IST0111)."""

from lateen.analysis.analyzer import Analyzer
from lateen.analysis.selecting import Codes, analyzer_of

ANALYZER = Analyzer(
    "sidecar.SelectorAnalyzer",
    "Checks which pods Sidecars select",
    ("Sidecar", "Pod", "Namespace"),
    analyzer_of("Sidecar", ("workloadSelector", "labels"), Codes("IST0110", "IST0111")),
)
