"""Hosts and ports that VirtualServices send to (IST0101, IST0112), and subsets behind a gateway (IST0140)."""

from collections.abc import Iterator

from lateen.analysis.analyzer import Analyzer
from lateen.analysis.destinations import Destination, destinations
from lateen.analysis.finding import Finding
from lateen.analysis.known_host import KnownHost
from lateen.analysis.resource import Resource, a_map, maps, texts
from lateen.analysis.snapshot import Snapshot
from lateen.base.hosts import fqdn


def _analyze(mesh: Snapshot) -> Iterator[Finding]:
    for rule in mesh.of("VirtualService"):
        for to in destinations(rule):
            yield from _host(mesh, rule, to)
        yield from _ineffective_at_gateways(mesh, rule)


def _host(mesh: Snapshot, rule: Resource, to: Destination) -> Iterator[Finding]:
    for namespace in _clients(rule):
        known = mesh.hosts.find(fqdn(to.host, rule.namespace), namespace)
        if known is None:
            hidden = next((one for one in mesh.hosts.all if one.host == fqdn(to.host, rule.namespace)), None)
            fix = _hidden(hidden, namespace) if hidden else mesh.hosts.nearest(to.host, rule.namespace)
            where = "host" if to.what != "mirror" else "mirror host"
            yield Finding("IST0101", rule, (where, to.host), f"{to.path}.host", fix)
        else:
            yield from _port(rule, to, known)


def _port(rule: Resource, to: Destination, known: KnownHost) -> Iterator[Finding]:
    if known.resource.kind != "Service" and not known.ports:
        return
    if to.port and to.port not in known.ports:
        fix = f"its ports are {', '.join(map(str, known.ports))}"
        yield Finding("IST0101", rule, ("host:port", f"{to.host}:{to.port}"), f"{to.path}.port", fix)
    elif not to.port and known.resource.kind == "Service" and len(known.ports) > 1:
        fix = f"add port: {{number: {known.ports[0]}}}"
        yield Finding("IST0112", rule, (to.host, known.ports), to.path, fix)


def _clients(rule: Resource) -> list[str]:
    """The namespaces whose sight of a host is asked: those that a rule is exported to, its own where it is for all."""
    exports = texts(rule.spec.get("exportTo"))
    if not exports or "*" in exports:
        return [rule.namespace]
    return [rule.namespace if one == "." else one for one in exports]


def _hidden(known: KnownHost, namespace: str) -> str:
    return f'{known.resource} declares it, and does not export it to namespace "{namespace}"'


def _ineffective_at_gateways(mesh: Snapshot, rule: Resource) -> Iterator[Finding]:
    """A gateway does not obey the rules that another VirtualService has for the host behind it."""
    gateways = [name for name in texts(rule.spec.get("gateways")) if name != "mesh"]
    if not gateways:
        return
    for to in destinations(rule):
        if to.subset:
            continue
        for other in mesh.of("VirtualService"):
            if other is not rule and _splits(other, fqdn(to.host, rule.namespace)):
                fix = f"name the subset here, or give {other} the gateway too"
                yield Finding("IST0140", rule, (rule.name, gateways[0]), to.path, fix)
                break


def _splits(other: Resource, host: str) -> bool:
    names = [fqdn(name, other.namespace) for name in texts(other.spec.get("hosts"))]
    at_mesh = "mesh" in (texts(other.spec.get("gateways")) or ["mesh"])
    routes = [
        a_map(each.get("destination")) for rule in maps(other.spec.get("http")) for each in maps(rule.get("route"))
    ]
    return at_mesh and host in names and any(to.get("subset") for to in routes)


ANALYZER = Analyzer(
    "virtualservice.DestinationHostAnalyzer",
    "Checks the destination hosts associated with each virtual service",
    ("ServiceEntry", "VirtualService", "Service"),
    _analyze,
)
