"""DestinationRules that a client looks for elsewhere first (LAT0005, LAT0006).

A client looks in its own namespace, then in the service's, then in the root namespace; what is found first counts.
"""

from collections.abc import Iterator

from lateen.analysis.analyzer import Analyzer
from lateen.analysis.finding import Finding
from lateen.analysis.known_host import KnownHost
from lateen.analysis.resource import Resource, texts
from lateen.analysis.snapshot import Snapshot
from lateen.base.hosts import covers, fqdn

_ORDER = "a client looks in its own namespace, then the service's, then {root}"


def _analyze(mesh: Snapshot) -> Iterator[Finding]:
    for rule in mesh.of("DestinationRule"):
        host = fqdn(str(rule.spec.get("host") or ""), rule.namespace).lower()
        known = next((one for one in mesh.hosts.all if one.host == host), None)
        if known is None or rule.spec.get("workloadSelector"):
            continue
        order = _ORDER.format(root=mesh.root_namespace)
        if rule.namespace not in (known.resource.namespace, mesh.root_namespace):
            yield from _abroad(rule, known, order)
        yield from _overridden(mesh, rule, host, order)


def _abroad(rule: Resource, known: KnownHost, order: str) -> Iterator[Finding]:
    """A rule in a client's namespace counts for the clients there alone, however it is exported."""
    exports = texts(rule.spec.get("exportTo"))
    if exports and "." not in exports and "*" not in exports and rule.namespace not in exports:
        why = f"it is in namespace {rule.namespace} and exported to {', '.join(exports)}, which do not look there"
        yield Finding("LAT0005", rule, (known.host, why), "spec.exportTo", f"{order}: move it to one of these")


def _overridden(mesh: Snapshot, rule: Resource, host: str, order: str) -> Iterator[Finding]:
    for other in mesh.of("DestinationRule"):
        own = fqdn(str(other.spec.get("host") or ""), other.namespace).lower()
        if other.namespace == rule.namespace or not covers(own, host):
            continue
        late = rule.namespace == mesh.root_namespace or _is_service(mesh, rule.namespace, host)
        if late and other.namespace != mesh.root_namespace and not _is_service(mesh, other.namespace, host):
            arguments = (other.namespace, str(other.key), host)
            yield Finding("LAT0006", rule, arguments, "spec.host", f"{order}: repeat there what must hold")


def _is_service(mesh: Snapshot, namespace: str, host: str) -> bool:
    return any(one.host == host and one.resource.namespace == namespace for one in mesh.hosts.all)


ANALYZER = Analyzer(
    "lateen.DestinationRuleLookupAnalyzer",
    "Explains where clients look for destination rules",
    ("DestinationRule", "Service", "ServiceEntry"),
    _analyze,
)
