"""PeerAuthentications of which another one takes the place (LAT0008): at each level the oldest counts alone."""

from collections.abc import Iterator

from lateen.analysis.analyzer import Analyzer
from lateen.analysis.finding import Finding
from lateen.analysis.resource import Resource, a_map, pairs
from lateen.analysis.snapshot import Snapshot

Level = tuple[str, tuple[tuple[str, str], ...]]


def _analyze(mesh: Snapshot) -> Iterator[Finding]:
    levels: dict[Level, list[Resource]] = {}
    for policy in mesh.of("PeerAuthentication"):
        levels.setdefault((policy.namespace, _selector(policy)), []).append(policy)
    for (namespace, selector), policies in levels.items():
        first, *others = sorted(policies, key=_age)
        place = "the mesh" if namespace == mesh.root_namespace and not selector else f"namespace {namespace}"
        whom = ",".join(f"{name}={value}" for name, value in selector)
        for other in others:
            where = f"workloads with {whom} in {place}" if whom else f"all of {place}"
            fix = f"delete one of the two, or write both into {first.name}"
            yield Finding("LAT0008", other, (where, str(first.key)), "spec", fix)


def _selector(policy: Resource) -> tuple[tuple[str, str], ...]:
    return tuple(sorted(pairs(a_map(policy.spec.get("selector")).get("matchLabels")).items()))


def _age(policy: Resource) -> tuple[str, str]:
    """The oldest first; what is not yet there comes last."""
    return str(policy.meta.get("creationTimestamp") or "9"), policy.name


ANALYZER = Analyzer(
    "lateen.PeerPolicyAnalyzer",
    "Checks that no two peer authentications are for the same workloads",
    ("PeerAuthentication",),
    _analyze,
)
