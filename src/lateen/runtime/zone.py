"""The names of a cluster: what the DNS server answers from, as Kubernetes' DNS specification has it."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

_POD_IP = re.compile(r"(\d{1,3})-(\d{1,3})-(\d{1,3})-(\d{1,3})")

# Nobody else knows whose the addresses of pods, services and the example network are.
_REVERSE = (".244.10.in-addr.arpa", ".96.10.in-addr.arpa", ".113.0.203.in-addr.arpa")


class Port(NamedTuple):
    """A named port of a service; `protocol` is "tcp" or "udp"."""

    name: str
    protocol: str
    number: int


@dataclass(frozen=True, slots=True)
class NamedService:
    """A service as DNS tells of it.

    `address`: the cluster IP ("" when headless); `alias`: an ExternalName's target; `hosts`: the ready
    endpoints of a headless service by host name (10-244-0-5 where a pod has none).
    """

    name: str
    namespace: str
    address: str = ""
    alias: str = ""
    ports: tuple[Port, ...] = ()
    hosts: Mapping[str, str] = field(default_factory=dict)


class Server(NamedTuple):
    """An SRV record's port and target."""

    port: int
    target: str


@dataclass(slots=True)
class Records:
    """What a name has. Nothing at all: the name exists, for others lie below it."""

    addresses: list[str] = field(default_factory=list)
    alias: str = ""
    servers: list[Server] = field(default_factory=list)
    pointer: str = ""


@dataclass(frozen=True, slots=True)
class Zone:
    """All names, in lower case and without the last dot. Make one with `of`; it never changes."""

    domain: str
    names: Mapping[str, Records]

    @classmethod
    def of(cls, services: Iterable[NamedService] = (), domain: str = "cluster.local") -> "Zone":
        names: defaultdict[str, Records] = defaultdict(Records)
        for top in (domain, f"svc.{domain}", f"pod.{domain}"):
            names[top]  # it exists
        for service in services:
            _add(names, service, f"svc.{domain}")
        return cls(domain, dict(names))

    def owns(self, name: str) -> bool:
        """Whether nobody else can know the name."""
        return name.endswith((f".{self.domain}", *_REVERSE)) or name in self.names

    def get(self, name: str) -> Records | None:
        """What the name has; None: there is no such name."""
        found = self.names.get(name)
        return found or self._pod(name)

    def _pod(self, name: str) -> Records | None:
        """10-244-0-5.NAMESPACE.pod.cluster.local is its own answer."""
        first, _, rest = name.partition(".")
        _, _, tail = rest.partition(".")
        numbers = _POD_IP.fullmatch(first)
        if numbers is None or tail != f"pod.{self.domain}" or max(map(int, numbers.groups())) > 255:
            return None
        return Records(addresses=[first.replace("-", ".")])


def _add(names: defaultdict[str, Records], service: NamedService, suffix: str) -> None:
    name = f"{service.name}.{service.namespace}.{suffix}"
    names[f"{service.namespace}.{suffix}"]  # it exists
    records = names[name]
    if service.alias:
        records.alias = service.alias.rstrip(".").lower()
        return
    records.addresses = [service.address] if service.address else list(service.hosts.values())
    targets = [name]
    if service.address:
        names[reverse(service.address)].pointer = name
    else:
        targets = [f"{host}.{name}" for host in service.hosts]
        for target, address in zip(targets, service.hosts.values(), strict=True):
            names[target].addresses.append(address)
            names[reverse(address)].pointer = target
    for port in service.ports:
        if port.name:
            names[f"_{port.protocol}.{name}"]  # it exists
            servers = [Server(port.number, target) for target in targets]
            names[f"_{port.name}._{port.protocol}.{name}"].servers = servers


def reverse(address: str) -> str:
    """The name under which an IPv4 address is looked up."""
    return ".".join([*reversed(address.split(".")), "in-addr.arpa"])
