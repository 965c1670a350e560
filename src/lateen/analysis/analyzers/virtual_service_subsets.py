"""Subsets that VirtualServices name and no DestinationRule defines (IST0101)."""

from collections.abc import Iterator

from lateen.analysis.analyzer import Analyzer
from lateen.analysis.destinations import destinations
from lateen.analysis.finding import Finding
from lateen.analysis.resource import Resource, maps
from lateen.analysis.snapshot import Snapshot
from lateen.base.hosts import covers, fqdn
from lateen.kinds.suggestion import did_you_mean

_ORDER = "apply the DestinationRule that defines it before this VirtualService: until then requests get 503 (NC)"


def _analyze(mesh: Snapshot) -> Iterator[Finding]:
    for rule in mesh.of("VirtualService"):
        for to in destinations(rule):
            if not to.subset:
                continue
            host = fqdn(to.host, rule.namespace).lower()
            defined = [name for one in mesh.of("DestinationRule") if _is_for(one, host) for name in subsets(one)]
            if to.subset not in defined:
                guess = did_you_mean(to.subset, defined)
                fix = f"{guess}; or {_ORDER}" if guess else _ORDER
                yield Finding("IST0101", rule, ("host+subset in destinationrule", f"{to.host}+{to.subset}"),
                              f"{to.path}.subset", fix)  # fmt: skip


def _is_for(one: Resource, host: str) -> bool:
    return covers(fqdn(str(one.spec.get("host", "")), one.namespace).lower(), host)


def subsets(one: Resource) -> list[str]:
    """The names of a DestinationRule's subsets."""
    return [str(subset.get("name")) for subset in maps(one.spec.get("subsets"))]


ANALYZER = Analyzer(
    "virtualservice.DestinationRuleAnalyzer",
    "Checks the destination rules associated with each virtual service",
    ("VirtualService", "DestinationRule"),
    _analyze,
)
