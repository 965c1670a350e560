"""Gateways on one workload that want the same hosts at the same port (IST0145)."""

from collections.abc import Iterator
from typing import Any

from lateen.analysis.analyzer import Analyzer
from lateen.analysis.finding import Finding
from lateen.analysis.resource import Resource, a_map, numbered, pairs, texts
from lateen.analysis.snapshot import Snapshot
from lateen.base.hosts import overlap


def _analyze(mesh: Snapshot) -> Iterator[Finding]:
    gateways = mesh.of("Gateway")
    for one in gateways:
        for path, server in numbered(one.spec.get("servers"), "spec.servers"):
            rivals = [
                other
                for other in gateways
                if other is not one
                and _together(mesh, one, other)
                and any(_same(server, theirs) for theirs in _of(other))
            ]
            if rivals:
                names = ",".join(sorted(str(other.key) for other in rivals))
                said = ",".join(f"{name}={value}" for name, value in sorted(_selector(one).items()))
                port = a_map(server.get("port")).get("number")
                yield Finding("IST0145", one, (names, said, port, texts(server.get("hosts"))), path)


def _of(gateway: Resource) -> Iterator[dict[str, Any]]:
    return (server for _, server in numbered(gateway.spec.get("servers"), ""))


def _selector(gateway: Resource) -> dict[str, str]:
    return pairs(gateway.spec.get("selector"))


def _together(mesh: Snapshot, one: Resource, other: Resource) -> bool:
    """Whether some workload has both, or would: selectors that are the same."""
    mine, theirs = _selector(one), _selector(other)
    return mine == theirs or bool(mesh.pods({**mine, **theirs}) and all(theirs.get(k, v) == v for k, v in mine.items()))


def _same(server: dict[str, Any], other: dict[str, Any]) -> bool:
    port, theirs = a_map(server.get("port")), a_map(other.get("port"))
    if not port.get("number") or port.get("number") != theirs.get("number"):
        return False
    if server.get("bind", "") != other.get("bind", ""):
        return False
    return any(overlap(a, b) is not None for a in texts(server.get("hosts")) for b in texts(other.get("hosts")))


ANALYZER = Analyzer(
    "gateway.ConflictingGatewayAnalyzer",
    "Checks a gateway's selector, port number and hosts",
    ("Gateway", "Pod"),
    _analyze,
)
