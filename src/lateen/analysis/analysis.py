"""Run analyzers over a mesh's objects."""

from collections.abc import Iterable

from lateen.analysis.analyzer import Analyzer
from lateen.analysis.analyzers import ANALYZERS
from lateen.analysis.finding import Finding
from lateen.analysis.messages import LEVELS
from lateen.analysis.snapshot import Snapshot

DEFAULT = tuple(analyzer for analyzer in ANALYZERS if analyzer.default)


def analyze(mesh: Snapshot, analyzers: Iterable[Analyzer] = DEFAULT) -> list[Finding]:
    """What analyzers find, the worst first, then by object and place."""
    found = [finding for analyzer in analyzers for finding in analyzer.analyze(mesh)]
    return sorted(found, key=_order)


def _order(finding: Finding) -> tuple[int, str, str, str]:
    return (-LEVELS.index(finding.level), finding.code, str(finding.resource), finding.path)
