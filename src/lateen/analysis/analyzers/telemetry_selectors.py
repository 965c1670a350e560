"""Telemetries that select no pod (IST0101), the same pod (IST0159), or all pods more than once (IST0160)."""

from lateen.analysis.analyzer import Analyzer
from lateen.analysis.selecting import Codes, analyzer_of

ANALYZER = Analyzer(
    "telemetry.SelectorAnalyzer",
    "Checks which pods Telemetries select",
    ("Telemetry", "Pod"),
    analyzer_of("Telemetry", ("selector", "matchLabels"), Codes("IST0159", "IST0160")),
)
