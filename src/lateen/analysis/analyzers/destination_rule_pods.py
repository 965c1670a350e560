"""DestinationRules for hosts that there are not (IST0174), and subsets that select no pod (IST0173)."""

from collections.abc import Iterator, Mapping

from lateen.analysis.analyzer import Analyzer
from lateen.analysis.finding import Finding
from lateen.analysis.known_host import KnownHost
from lateen.analysis.resource import a_map, maps, numbered, pairs
from lateen.analysis.snapshot import Snapshot
from lateen.base.hosts import covers, fqdn
from lateen.base.selectors import matches

_TOPOLOGY = ("topology.kubernetes.io/", "topology.istio.io/", "failure-domain.beta.kubernetes.io/")


def _analyze(mesh: Snapshot) -> Iterator[Finding]:
    for rule in mesh.of("DestinationRule"):
        host = str(rule.spec.get("host") or "")
        full = fqdn(host, rule.namespace).lower()
        known = [one for one in mesh.hosts.all if covers(one.host, full) or covers(full, one.host)]
        if not known:
            fix = mesh.hosts.nearest(host, rule.namespace)
            yield Finding("IST0174", rule, (host,), "spec.host", fix)
            continue
        for path, subset in numbered(rule.spec.get("subsets"), "spec.subsets"):
            labels = pairs(subset.get("labels"))
            if not any(_selects(mesh, one, labels) for one in known):
                fix = _versions(mesh, known, labels)
                yield Finding("IST0173", rule, (subset.get("name", ""),), f"{path}.labels", fix)


def _selects(mesh: Snapshot, known: KnownHost, labels: Mapping[str, str]) -> bool:
    own = {name: value for name, value in labels.items() if not name.startswith(_TOPOLOGY)}
    written = [a_map(each.get("labels")) for each in maps(known.resource.spec.get("endpoints"))]
    if any(matches(own, each) for each in written):
        return True
    if not known.selector:  # nobody knows which pods are behind it
        return known.resource.kind == "Service" or not written
    return any(matches(own, found) for found in _behind(mesh, known))


def _behind(mesh: Snapshot, known: KnownHost) -> Iterator[Mapping[str, str]]:
    """The labels of the pods behind a host, those that its workloads will make included, and of machines."""
    namespace, selector = known.resource.namespace, known.selector
    yield from (pod.labels for pod in mesh.pods(selector, namespace))
    yield from (labels for _, labels in mesh.templates(namespace) if matches(selector, labels))
    for entry in mesh.of("WorkloadEntry"):
        labels = {**a_map(entry.spec.get("labels"))}
        if entry.namespace == namespace and matches(selector, labels):
            yield labels


def _versions(mesh: Snapshot, known: list[KnownHost], labels: Mapping[str, str]) -> str:
    """What the pods behind a host have in the place of a subset's labels."""
    found = {f"{name}: {pod[name]}" for one in known for pod in _behind(mesh, one) for name in labels if name in pod}
    return f"its pods have {', '.join(sorted(found))}" if found else ""


ANALYZER = Analyzer(
    "destinationrule.SubsetSelectPodAnalyzer",
    "Checks if pods are selected by subsets in destination rules.",
    ("DestinationRule", "Pod", "Service", "ServiceEntry", "Node"),
    _analyze,
)
