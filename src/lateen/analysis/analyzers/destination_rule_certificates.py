"""TLS to a server whose certificate nobody verifies (IST0128, IST0129)."""

from collections.abc import Iterator
from typing import Any

from lateen.analysis.analyzer import Analyzer
from lateen.analysis.finding import Finding
from lateen.analysis.resource import Resource, a_map, numbered
from lateen.analysis.snapshot import Snapshot

_FIX = "set caCertificates, or credentialName where workloadSelector names the clients"


def _analyze(mesh: Snapshot) -> Iterator[Finding]:
    for rule in mesh.of("DestinationRule"):
        policy = a_map(rule.spec.get("trafficPolicy"))
        about = (rule.name, rule.namespace)
        host = str(rule.spec.get("host") or "")
        if _unverified(rule, policy):
            mode = policy["tls"]["mode"]
            yield Finding("IST0128", rule, (*about, mode, host), "spec.trafficPolicy.tls.mode", _FIX)
        for path, one in numbered(policy.get("portLevelSettings"), "spec.trafficPolicy.portLevelSettings"):
            if _unverified(rule, one):
                port = a_map(one.get("port")).get("number", "")
                yield Finding("IST0129", rule, (*about, one["tls"]["mode"], host, port), f"{path}.tls.mode", _FIX)


def _unverified(rule: Resource, policy: dict[str, Any]) -> bool:
    tls = a_map(policy.get("tls"))
    named = tls.get("caCertificates") or (tls.get("credentialName") and rule.spec.get("workloadSelector"))
    return tls.get("mode") in ("SIMPLE", "MUTUAL") and not named and not tls.get("insecureSkipVerify")


ANALYZER = Analyzer(
    "destinationrule.CaCertificateAnalyzer",
    "Checks if caCertificates is set when TLS mode is SIMPLE/MUTUAL",
    ("DestinationRule",),
    _analyze,
)
