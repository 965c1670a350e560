"""Rules and matches that no request reaches, because an earlier one takes it (IST0130, IST0131)."""

import re
from collections.abc import Iterator

from lateen.analysis.analyzer import Analyzer
from lateen.analysis.finding import Finding
from lateen.analysis.snapshot import Snapshot
from lateen.base.errors import Fault
from lateen.kinds.decode import check

_NUMBER = re.compile(r"\[(\d+)\]")


def _analyze(mesh: Snapshot) -> Iterator[Finding]:
    for rule in mesh.of("VirtualService"):
        for fault in check(rule.raw):
            if fault.code in ("IST0130", "IST0131"):
                yield Finding(fault.code, rule, _arguments(fault), fault.path, fault.fix)


def _arguments(fault: Fault) -> tuple[str, ...]:
    """Rules are counted from 0, as in paths: "#0"."""
    here = [f"#{number}" for number in _NUMBER.findall(fault.path)]
    if fault.code == "IST0130":
        return (here[0], fault.message)
    return (*here, *(f"#{number}" for number in _NUMBER.findall(fault.message)))


ANALYZER = Analyzer(
    "lateen.VirtualServiceOrderAnalyzer",
    "Checks that every rule of a VirtualService can be reached",
    ("VirtualService",),
    _analyze,
)
