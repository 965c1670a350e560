"""Hosts and addresses that a namespace claims and does not own (LAT0011), where the mesh enforces ownership."""

from collections.abc import Iterator

from lateen.analysis.analyzer import Analyzer
from lateen.analysis.finding import Finding
from lateen.analysis.resource import Resource, texts
from lateen.analysis.snapshot import Snapshot
from lateen.base.hosts import fqdn
from lateen.registry.ownership import HOSTS, foreign, granted

_FIELDS = {
    "VirtualService": "hosts",
    "ServiceEntry": "hosts",
    "HTTPRoute": "hostnames",
    "GRPCRoute": "hostnames",
    "TLSRoute": "hostnames",
}


def _analyze(mesh: Snapshot) -> Iterator[Finding]:
    if mesh.mesh.get("hostOwnership") != "ENFORCED":
        return
    grants = {each.name: granted(each.annotations.get(HOSTS, "")) for each in mesh.of("Namespace")}
    for kind, field in _FIELDS.items():
        for each in mesh.of(kind):
            if each.namespace == mesh.root_namespace:
                continue
            for path, host in _named(each, field):
                if foreign((host,), each.namespace, grants.get(each.namespace, ())):
                    fix = f"grant it: kubectl annotate namespace {each.namespace} {HOSTS}={host}"
                    yield Finding("LAT0011", each, (each.namespace, host), path, fix)


def _named(each: Resource, field: str) -> Iterator[tuple[str, str]]:
    for index, host in enumerate(texts(each.spec.get(field))):
        yield f"spec.{field}[{index}]", fqdn(host, each.namespace).lower()
    if each.kind == "ServiceEntry":
        for index, address in enumerate(texts(each.spec.get("addresses"))):
            yield f"spec.addresses[{index}]", address.removesuffix("/32")


ANALYZER = Analyzer(
    "lateen.HostOwnershipAnalyzer",
    "Checks that namespaces own the hosts that they route, where the mesh says that they must",
    (*_FIELDS, "Namespace"),
    _analyze,
)
