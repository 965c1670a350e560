"""Every destination that a VirtualService names, with its place."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from lateen.analysis.resource import Resource, a_map, numbered


class Destination(NamedTuple):
    """`port` is 0 where none is named. `what`: route or mirror."""

    path: str
    host: str
    subset: str = ""
    port: int = 0
    what: str = "route"


def destinations(rule: Resource) -> Iterator[Destination]:
    """Yield the destinations of HTTP, TLS and TCP routes, and of mirrors, in order."""
    for protocol in ("http", "tls", "tcp"):
        for path, one in numbered(rule.spec.get(protocol), f"spec.{protocol}"):
            for place, target in numbered(one.get("route"), f"{path}.route"):
                yield from _read(f"{place}.destination", target.get("destination") or {"host": ""}, "route")
            yield from _read(f"{path}.mirror", one.get("mirror"), "mirror")
            for place, target in numbered(one.get("mirrors"), f"{path}.mirrors"):
                yield from _read(f"{place}.destination", target.get("destination"), "mirror")


def _read(path: str, said: Any, what: str) -> Iterator[Destination]:
    found = a_map(said)
    if isinstance(host := found.get("host"), str):
        port = a_map(found.get("port")).get("number")
        yield Destination(path, host, str(found.get("subset") or ""), port if isinstance(port, int) else 0, what)
