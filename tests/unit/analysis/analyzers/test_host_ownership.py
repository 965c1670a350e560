import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[3] / "support"))

from findings import findings, istio

from lateen.analysis.analyzers.host_ownership import ANALYZER

ON: dict[str, object] = {"hostOwnership": "ENFORCED"}
RULE = istio("VirtualService", "r", "{hosts: [own, web.bank.svc.cluster.local]}")
ENTRY = istio("ServiceEntry", "e", "{hosts: [a.com]}")
NAMESPACE = "---\napiVersion: v1\nkind: Namespace\nmetadata: {name: shop, annotations: {lateen.dev/hosts: '*.com'}}\n"


def test_foreign_hosts_are_told_with_the_command_that_grants_them() -> None:
    one, other = findings(ANALYZER, RULE + ENTRY, ON)
    assert (one.path, other.path) == ("spec.hosts[1]", "spec.hosts[0]")
    assert (
        one.text
        == "Namespace shop does not own the host web.bank.svc.cluster.local: this counts in that namespace alone"
    )
    assert other.fix == "grant it: kubectl annotate namespace shop lateen.dev/hosts=a.com"


def test_what_is_granted_or_not_enforced_is_not_told() -> None:
    assert findings(ANALYZER, RULE + ENTRY) == []
    assert [each.resource.name for each in findings(ANALYZER, RULE + ENTRY + NAMESPACE, ON)] == ["r"]


def test_addresses_and_hosts_of_tls_are_told_too() -> None:
    entry = istio("ServiceEntry", "e", "{hosts: [x.shop.svc.cluster.local], addresses: [203.0.113.7/32]}")
    tls = istio("TLSRoute", "t", "{hostnames: [a.org]}").replace("networking.istio.io", "gateway.networking.k8s.io")
    assert [one.path for one in findings(ANALYZER, entry + tls, ON)] == ["spec.addresses[0]", "spec.hostnames[0]"]
