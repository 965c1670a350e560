"""VirtualServices for one host of the mesh (IST0109), and which of them sidecars obey."""

from collections.abc import Iterator

from lateen.analysis.analyzer import Analyzer
from lateen.analysis.finding import Finding
from lateen.analysis.resource import Resource, texts
from lateen.analysis.snapshot import Snapshot
from lateen.base.hosts import fqdn
from lateen.planner.virtual_service import MERGE

_MESH = "mesh"


def _analyze(mesh: Snapshot) -> Iterator[Finding]:
    by_host: dict[str, list[Resource]] = {}
    for rule in mesh.of("VirtualService"):
        if _MESH in (texts(rule.spec.get("gateways")) or [_MESH]):
            for host in dict.fromkeys(fqdn(host, rule.namespace).lower() for host in texts(rule.spec.get("hosts"))):
                by_host.setdefault(host, []).append(rule)
    for host, rules in by_host.items():
        for rule in rules:
            rivals = [other for other in rules if other is not rule and _conflicts(rule, other)]
            if rivals:
                yield _conflict(host, rule, [rule, *rivals])


def _conflicts(rule: Resource, other: Resource) -> bool:
    return _exports(rule) <= _seen_with(rule, other) and not (_merges(rule) and _merges(other))


def _merges(rule: Resource) -> bool:
    return rule.annotations.get(MERGE) == "true"


def _conflict(host: str, rule: Resource, rules: list[Resource]) -> Finding:
    names = ",".join(sorted(str(each.key) for each in rules))
    winner = min(rules, key=_rank)
    fix = f"sidecars obey {winner.key} for it" + ("" if winner is rule else ", and not this one")
    return Finding(
        "IST0109", rule, (names, host), _path(rule, host), f"{fix}: put the rules into one, delegate, or let them merge"
    )


def _path(rule: Resource, host: str) -> str:
    hosts = [fqdn(one, rule.namespace).lower() for one in texts(rule.spec.get("hosts"))]
    return f"spec.hosts[{hosts.index(host)}]"


def _exports(rule: Resource) -> frozenset[str]:
    found = texts(rule.spec.get("exportTo")) or ["*"]
    return frozenset(["*"]) if "*" in found else frozenset(rule.namespace if one == "." else one for one in found)


def _seen_with(rule: Resource, other: Resource) -> frozenset[str]:
    exports = _exports(other)
    return _exports(rule) if "*" in exports else exports


def _rank(rule: Resource) -> tuple[int, str, str, str]:
    """As `planner.traffic.Traffic.rank`: the less see it the sooner it counts; then the oldest, then by name."""
    exports = _exports(rule)
    seen = 0 if exports == {rule.namespace} else 2 if "*" in exports else 1
    return (seen, str(rule.meta.get("creationTimestamp") or "9"), rule.namespace, rule.name)


ANALYZER = Analyzer(
    "virtualservice.ConflictingMeshGatewayHostsAnalyzer",
    "Checks if multiple virtual services associated with the mesh gateway have conflicting hosts",
    ("VirtualService",),
    _analyze,
)
