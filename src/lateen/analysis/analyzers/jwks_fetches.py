"""A control plane that fetches keys for tokens from any address (IST0175)."""

from collections.abc import Iterator

from lateen.analysis.analyzer import Analyzer
from lateen.analysis.finding import Finding
from lateen.analysis.resource import Resource, a_map, maps
from lateen.analysis.snapshot import Snapshot

_SETTING = "BLOCKED_CIDRS_IN_JWKS_URIS"


def _analyze(mesh: Snapshot) -> Iterator[Finding]:
    names = sorted(str(one.key) for one in mesh.of("RequestAuthentication"))
    for workload in mesh.of("Deployment") if names else ():
        if workload.labels.get("app") == "istiod" and not _blocks(workload):
            yield Finding("IST0175", workload, (len(names), ", ".join(names)), "spec.template.spec.containers")


def _blocks(workload: Resource) -> bool:
    spec = a_map(a_map(workload.spec.get("template")).get("spec"))
    settings = [each for container in maps(spec.get("containers")) for each in maps(container.get("env"))]
    return any(each.get("name") == _SETTING and each.get("value") for each in settings)


ANALYZER = Analyzer(
    "authn.BlockedCIDRsAnalyzer",
    f"Checks that {_SETTING} is configured on istiod when RequestAuthentication resources exist",
    ("RequestAuthentication", "Deployment"),
    _analyze,
)
