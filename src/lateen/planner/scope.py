"""Scopes: who shares a plan. Proxies of one scope read the very same resources."""

from collections.abc import Collection, Mapping
from typing import Literal, NamedTuple

from lateen.registry.workload import Workload

ScopeKind = Literal["sidecar", "inbound", "gateway", "common"]


class Scope(NamedTuple):
    """Who shares a plan.

    `common`: what every sidecar has. `sidecar`: the outbound side of a client namespace; `name` holds the
    labels by which rules tell its clients apart, mostly none. `inbound`: the inbound side of workloads that
    no rule tells apart; `name` holds the labels and named ports that rules read. `gateway`: the same for
    gateways. `sidecar`: the Sidecar that selects the workloads, "" where their namespace's default counts. `dns`: how
    far the names that clients ask for are resolved by the mesh, "" = as usual (`DnsCapture.text`). `patches`: what
    EnvoyFilters ask of its proxies (`Selection.text`); `common` has a namespace only where patches change it.
    """

    kind: ScopeKind
    namespace: str = ""
    name: str = ""
    sidecar: str = ""
    dns: str = ""
    patches: str = ""

    def __str__(self) -> str:
        said = "/".join(part for part in self[:3] if part)
        said += f"#{self.sidecar}" if self.sidecar else ""
        said += f"!{self.dns}" if self.dns else ""
        return f"{said}+{self.patches}".replace("\n", "+") if self.patches else said


COMMON = Scope("common")
# What is planned for a scope, by its name there.
ByName = tuple[Scope, str]
# A part of that, by its own name.
PartKey = tuple[Scope, str, str]


class Traits(NamedTuple):
    """What a scope's `name` holds: the labels and container ports (by name) of its workloads that rules read, the
    ports of machines by the name of the service's port (`machine`: it is one), and the address of workloads that
    are written into services."""

    labels: Mapping[str, str]
    ports: Mapping[str, int]
    mapped: Mapping[str, int] = {}
    machine: bool = False
    address: str = ""

    @classmethod
    def of(cls, workload: Workload, address: str = "") -> "Traits":
        """Return all traits of a workload; `address`: if it is written into services."""
        machine = workload.kind == "WorkloadEntry"
        return cls(workload.labels, workload.ports, workload.mapped, machine, address)

    def workload(self, namespace: str) -> Workload:
        """Return the workload that these traits tell of, as far as services see it."""
        kind: Literal["Pod", "WorkloadEntry"] = "WorkloadEntry" if self.machine else "Pod"
        return Workload(
            namespace=namespace,
            name="",
            kind=kind,
            ip=self.address,
            labels=self.labels,
            ports=self.ports,
            mapped=self.mapped,
        )

    def text(self) -> str:
        """Write traits as a scope's name: `app=reviews,version=v1,:http=9080,~tcp=7070,@192.0.2.1`."""
        labels = (f"{name}={value}" for name, value in sorted(self.labels.items()))
        ports = (f":{name}={number}" for name, number in sorted(self.ports.items()))
        mapped = (f"~{name}={number}" for name, number in sorted(self.mapped.items()))
        rest = ("~",) * self.machine + (f"@{self.address}",) * bool(self.address)
        return ",".join((*labels, *ports, *mapped, *rest))

    @classmethod
    def parse(cls, text: str) -> "Traits":
        """Read what `text` wrote. Neither labels nor port names can hold the signs between them."""
        labels: dict[str, str] = {}
        ports: dict[str, int] = {}
        mapped: dict[str, int] = {}
        machine, address = False, ""
        for pair in text.split(",") if text else ():
            name, _, value = pair.partition("=")
            match name[:1], name[1:]:
                case ":", port:
                    ports[port] = int(value)
                case "~", "":
                    machine = True
                case "~", port:
                    mapped[port] = int(value)
                case "@", address:
                    pass
                case _:
                    labels[name] = value
        return cls(labels, ports, mapped, machine, address)

    def kept(self, names: Collection[str]) -> "Traits":
        """Return these traits without those that are not in `names` (":http" names a port)."""
        return Traits(
            {name: value for name, value in self.labels.items() if name in names},
            {name: number for name, number in self.ports.items() if f":{name}" in names},
            *self[2:],
        )
