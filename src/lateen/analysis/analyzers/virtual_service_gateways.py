"""Gateways that VirtualServices name: that there are (IST0101), and that have their hosts (IST0132)."""

from collections.abc import Iterator

from lateen.analysis.analyzer import Analyzer
from lateen.analysis.finding import Finding
from lateen.analysis.resource import Resource, maps, texts
from lateen.analysis.snapshot import Snapshot
from lateen.base.hosts import overlap
from lateen.kinds.suggestion import did_you_mean

_MESH = "mesh"


def _analyze(mesh: Snapshot) -> Iterator[Finding]:
    for rule in mesh.of("VirtualService"):
        for index, name in enumerate(texts(rule.spec.get("gateways"))):
            if name == _MESH:
                continue
            path = f"spec.gateways[{index}]"
            gateway = _find(mesh, rule, name)
            if gateway is None:
                fix = did_you_mean(name, [each.name for each in mesh.of("Gateway")])
                yield Finding("IST0101", rule, ("gateway", name), path, fix)
            hosts = texts(rule.spec.get("hosts"))
            missing = [host for host in hosts if not _has(gateway, host, rule.namespace)]
            if missing and (missing == hosts or not _elsewhere(mesh, rule, name)):
                yield Finding("IST0132", rule, (missing, rule.name, name), path)


def _find(mesh: Snapshot, rule: Resource, name: str) -> Resource | None:
    namespace, _, short = name.rpartition("/")
    where = (namespace or rule.namespace, short)
    return mesh.get("Gateway", *where) or mesh.get("KubernetesGateway", *where)


def _elsewhere(mesh: Snapshot, rule: Resource, name: str) -> bool:
    """Each host needs one of the rule's gateways, not every one of them."""
    others = [_find(mesh, rule, other) for other in texts(rule.spec.get("gateways")) if other != name]
    mine = _find(mesh, rule, name)
    return all(
        any(_has(gateway, host, rule.namespace) for gateway in (mine, *others))
        for host in texts(rule.spec.get("hosts"))
    )


def _has(gateway: Resource | None, host: str, namespace: str) -> bool:
    if gateway is None:
        return False
    if gateway.kind == "KubernetesGateway":
        names = [str(each.get("hostname") or "*") for each in maps(gateway.spec.get("listeners"))]
    else:
        written = [text for server in maps(gateway.spec.get("servers")) for text in texts(server.get("hosts"))]
        names = [text.rpartition("/")[2] for text in written if _for(text, gateway.namespace, namespace)]
    return any(overlap(name, host) is not None for name in names)


def _for(text: str, own: str, namespace: str) -> bool:
    """Whether a gateway's host, as "namespace/name", is for VirtualServices of a namespace."""
    where, slash, _ = text.rpartition("/")
    return not slash or where in ("*", namespace) or (where == "." and own == namespace)


ANALYZER = Analyzer(
    "virtualservice.GatewayAnalyzer",
    "Checks the gateways associated with each virtual service",
    ("Gateway", "KubernetesGateway", "VirtualService"),
    _analyze,
)
