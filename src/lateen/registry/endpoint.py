"""Endpoints: the addresses behind a service, with what is known of the workload at each."""

from collections.abc import Mapping

from msgspec import Struct


class Endpoint(Struct, frozen=True, kw_only=True):
    """One address and port. `labels`: of the workload, for subsets. `mesh_tls`: a proxy in front accepts mesh
    TLS, policies permitting; `container_port`: the port those policies speak of. `service_account`: "" when
    unknown. `workload`: "name;namespace;app;version;canonical;revision;cluster" for telemetry. `address`: an IP, a
    host name to be resolved, or `unix://` and a path. `locality`: region/zone/subzone, "" = unknown. `node`: where it
    runs. `hostname`: its
    name below its service's, "" = none."""

    address: str
    port: int
    labels: Mapping[str, str]
    namespace: str = ""
    mesh_tls: bool = False
    service_account: str = ""
    workload: str = ""
    weight: int = 1
    locality: str = ""
    network: str = ""
    node: str = ""
    hostname: str = ""


class Endpoints(Struct, frozen=True):
    """The ready endpoints of one service by the service's port number, sorted by address. `datagrams`: of its ports of
    UDP."""

    by_port: Mapping[int, tuple[Endpoint, ...]]
    datagrams: Mapping[int, tuple[Endpoint, ...]] = {}

    @property
    def namespaces(self) -> set[str]:
        """The namespaces that endpoints are in."""
        return {one.namespace for known in self.by_port.values() for one in known}

    @property
    def hostnames(self) -> Mapping[str, tuple[str, ...]]:
        """The addresses of endpoints that have a name, by that name."""
        found: dict[str, set[str]] = {}
        for one in (one for known in self.by_port.values() for one in known if one.hostname):
            found.setdefault(one.hostname, set()).add(one.address)
        return {name: tuple(sorted(addresses)) for name, addresses in sorted(found.items())}

    @property
    def addresses(self) -> tuple[str, ...]:
        """All addresses, each once, sorted."""
        return tuple(sorted({one.address for known in self.by_port.values() for one in known}))
