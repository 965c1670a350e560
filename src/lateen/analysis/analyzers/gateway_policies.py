"""Policies that select the pods of a Gateway API gateway, where only targetRefs have an effect (IST0166)."""

from collections.abc import Iterator

from lateen.analysis.analyzer import Analyzer
from lateen.analysis.finding import Finding
from lateen.analysis.resource import a_map
from lateen.analysis.snapshot import Snapshot

_KINDS = ("AuthorizationPolicy", "RequestAuthentication", "Telemetry", "WasmPlugin")
_GATEWAY = "gateway.networking.k8s.io/gateway-name"


def _analyze(mesh: Snapshot) -> Iterator[Finding]:
    for kind in _KINDS:
        for one in mesh.of(kind):
            labels = {
                name: str(value) for name, value in a_map(a_map(one.spec.get("selector")).get("matchLabels")).items()
            }
            if not labels or one.spec.get("targetRef") or one.spec.get("targetRefs"):
                continue
            gateways = {pod.labels[_GATEWAY] for pod in mesh.pods(labels, one.namespace) if _GATEWAY in pod.labels}
            for gateway in sorted(gateways):
                fix = f"targetRefs: [{{group: gateway.networking.k8s.io, kind: Gateway, name: {gateway}}}]"
                yield Finding("IST0166", one, (gateway,), "spec.selector", fix)


ANALYZER = Analyzer(
    "k8sgateway.SelectorAnalyzer",
    "Check that selectors are effective for Kubernetes gateway",
    (*_KINDS, "Pod"),
    _analyze,
)
