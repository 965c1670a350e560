"""Scopes: who shares a plan. Proxies of one scope read the very same resources."""

from collections.abc import Collection, Mapping
from typing import Literal, NamedTuple

ScopeKind = Literal["sidecar", "inbound", "gateway", "common"]


class Scope(NamedTuple):
    """Who shares a plan.

    `common`: what every sidecar has. `sidecar`: the outbound side of a client namespace; `name` holds the
    labels by which rules tell its clients apart, mostly none. `inbound`: the inbound side of workloads that
    no rule tells apart; `name` holds the labels and named ports that rules read. `gateway`: the same for
    gateways.
    """

    kind: ScopeKind
    namespace: str = ""
    name: str = ""

    def __str__(self) -> str:
        return "/".join(part for part in self if part)


COMMON = Scope("common")


class Traits(NamedTuple):
    """What a scope's `name` holds: the labels and container ports (by name) of its workloads that rules
    read."""

    labels: Mapping[str, str]
    ports: Mapping[str, int]

    def text(self) -> str:
        """Write traits as a scope's name: `app=reviews,version=v1,:http=9080`."""
        labels = (f"{name}={value}" for name, value in sorted(self.labels.items()))
        ports = (f":{name}={number}" for name, number in sorted(self.ports.items()))
        return ",".join((*labels, *ports))

    @classmethod
    def parse(cls, text: str) -> "Traits":
        """Read what `text` wrote. Neither labels nor port names can hold the signs between them."""
        labels: dict[str, str] = {}
        ports: dict[str, int] = {}
        for pair in text.split(",") if text else ():
            name, _, value = pair.partition("=")
            if name.startswith(":"):
                ports[name[1:]] = int(value)
            else:
                labels[name] = value
        return cls(labels, ports)

    def kept(self, names: Collection[str]) -> "Traits":
        """Return these traits without those that are not in `names` (":http" names a port)."""
        return Traits(
            {name: value for name, value in self.labels.items() if name in names},
            {name: number for name, number in self.ports.items() if f":{name}" in names},
        )
