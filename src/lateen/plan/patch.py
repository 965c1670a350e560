"""Patches: changes that users write in Envoy's own terms, to what proxies are configured with."""

from collections.abc import Collection
from typing import Literal

from msgspec import Struct

from lateen.base.refs import Origin

Target = Literal[
    "LISTENER",
    "FILTER_CHAIN",
    "NETWORK_FILTER",
    "HTTP_FILTER",
    "LISTENER_FILTER",
    "ROUTE_CONFIGURATION",
    "VIRTUAL_HOST",
    "HTTP_ROUTE",
    "CLUSTER",
    "EXTENSION_CONFIG",
    "BOOTSTRAP",
]
Operation = Literal[
    "MERGE", "MERGE_AND_REPLACE_LIST", "ADD", "REMOVE", "INSERT_BEFORE", "INSERT_AFTER", "INSERT_FIRST", "REPLACE"
]
FilterClass = Literal["UNSPECIFIED", "AUTHN", "AUTHZ", "STATS"]


class ClusterPlace(Struct, frozen=True, kw_only=True, gc=False):
    """Which clusters: all that is set must hold."""

    name: str = ""
    service: str = ""
    subset: str = ""
    port: int = 0

    def takes(self, name: str, services: Collection[str] = ()) -> bool:
        """Say whether it means the cluster of this name. `services`: hosts that an inbound cluster leads to."""
        if self.name and self.name != name:
            return False
        if not (self.service or self.subset or self.port):
            return True
        _, port, subset, host = name.split("|") if name.count("|") == 3 else ("", "", "", "")
        return (
            (not self.service or self.service in (host, *services))
            and (not self.subset or self.subset == subset)
            and (not self.port or str(self.port) == port)
        )


class ChainPlace(Struct, frozen=True, kw_only=True, gc=False):
    """Which filter chains of a listener, and which filter there: all that is set must hold."""

    name: str = ""
    sni: str = ""
    transport: str = ""
    alpn: tuple[str, ...] = ()
    port: int = 0
    filter: str = ""
    sub_filter: str = ""


class ListenerPlace(Struct, frozen=True, kw_only=True, gc=False):
    """Which listeners, and what in them: all that is set must hold."""

    name: str = ""
    port: int = 0
    listener_filter: str = ""
    chain: ChainPlace = ChainPlace()

    def takes(self, name: str, ports: Collection[int]) -> bool:
        """Say whether it means the listener of this name, at any of these ports: its own, and a gateway's."""
        return self.name in ("", name) and (not self.port or self.port in ports)


class TablePlace(Struct, frozen=True, kw_only=True, gc=False):
    """Which route tables, virtual hosts there, and routes of these: all that is set must hold. `gateway`:
    "namespace/name"; `action`: what a route does, "" = anything."""

    name: str = ""
    port: int = 0
    port_name: str = ""
    gateway: str = ""
    host: str = ""
    domain: str = ""
    route: str = ""
    action: Literal["", "ROUTE", "REDIRECT", "DIRECT_RESPONSE"] = ""

    def takes(self, name: str, service_ports: Collection[int] = ()) -> bool:
        """Say whether it means the table of this name. `service_ports`: those through which a gateway's is reached."""
        if self.name and self.name != name:
            return False
        own, port_name, gateway = _server_of(name)
        return (
            (not self.port or self.port in (service_ports or (own,)))
            and (not self.port_name or self.port_name == port_name)
            and (not self.gateway or self.gateway == gateway)
        )

    def may_take(self, host: str, domains: Collection[str]) -> bool:
        """Say whether it may mean a virtual host that is named so."""
        return self.host in ("", host) and (not self.domain or self.domain in domains)


Place = ClusterPlace | ListenerPlace | TablePlace


class Patch(Struct, frozen=True, kw_only=True, gc=False):
    """One change. `place` None = everywhere. `value`: a part of Envoy's configuration in protobuf's JSON, b"" = none.
    `order`: where an added HTTP filter stands among those of the mesh."""

    target: Target
    operation: Operation
    place: Place | None = None
    value: bytes = b""
    order: FilterClass = "UNSPECIFIED"
    origin: Origin = Origin()


Patches = tuple[Patch, ...]
"""In the order in which they are applied."""


class Addition(Struct, frozen=True, kw_only=True, gc=False):
    """A resource that exists by a patch only."""

    name: str
    target: Literal["LISTENER", "CLUSTER", "EXTENSION_CONFIG"]
    value: bytes
    origin: Origin = Origin()


def _server_of(table: str) -> tuple[int, str, str]:
    """Read a route table's name: its port, and of HTTPS of a gateway the name of the port and the gateway.

    Names are `9080`, `host:9080`, `inbound|9080||`, `http.8080`, `https.443.port-name.gateway.namespace`.
    """
    if table.startswith("https.") and table.count(".") >= 4:
        _, port, rest = table.split(".", 2)
        port_name, gateway, namespace = rest.rsplit(".", 2)
        return _number(port), port_name, f"{namespace}/{gateway}"
    if table.startswith("http."):
        return _number(table.removeprefix("http.")), "", ""
    if table.startswith("inbound|"):
        return next((int(part) for part in table.split("|") if part.isdigit()), 0), "", ""
    return _number(table.rpartition(":")[2]), "", ""


def _number(text: str) -> int:
    return int(text) if text.isdigit() else 0
