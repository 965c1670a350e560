"""AuthorizationPolicies for workloads that there are not (IST0127)."""

from collections.abc import Iterator

from lateen.analysis.analyzer import Analyzer
from lateen.analysis.finding import Finding
from lateen.analysis.resource import a_map, pairs
from lateen.analysis.snapshot import Snapshot
from lateen.base.selectors import matches


def _analyze(mesh: Snapshot) -> Iterator[Finding]:
    for policy in mesh.of("AuthorizationPolicy"):
        labels = pairs(a_map(policy.spec.get("selector")).get("matchLabels"))
        where = None if policy.namespace == mesh.root_namespace else policy.namespace
        if (
            labels
            and not mesh.pods(labels, where)
            and not any(matches(labels, one) for _, one in mesh.templates(where))
        ):
            said = ",".join(f"{name}={value}" for name, value in sorted(labels.items()))
            yield Finding("IST0127", policy, (said,), "spec.selector.matchLabels", "no pod has these labels: mend them")


ANALYZER = Analyzer(
    "auth.AuthorizationPoliciesAnalyzer",
    "Checks the validity of authorization policies",
    ("AuthorizationPolicy", "Pod"),
    _analyze,
)
