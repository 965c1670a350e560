"""The mesh's network on this machine: one node namespace, its bridges, and a namespace per pod."""

from dataclasses import dataclass
from pathlib import Path

POD_GATEWAY = "10.244.0.1"
DNS_IP = "10.96.0.10"
EXTERNAL_GATEWAY = "203.0.113.1"


@dataclass(frozen=True, slots=True)
class PodNetwork:
    """A pod's network: its address, its namespace's path, its interface in the node namespace.

    `uid` is a user of the machine that no other pod of the mesh has.
    """

    name: str
    ip: str
    path: Path
    interface: str
    uid: int


@dataclass(frozen=True, slots=True)
class Host:
    """A host outside the mesh: its address and its namespace's path."""

    name: str
    ip: str
    path: Path


class Network:
    """`path` is the node namespace, `host` the one that this object was made in. Calls may come from any thread."""

    mesh: str
    path: Path
    host: Path

    def up(self) -> None: ...
    def down(self) -> None: ...
    def add_pod(self, name: str) -> PodNetwork:
        """`name` is unique in the mesh (namespace and pod name, or uid). Blocks for some milliseconds."""
        raise NotImplementedError

    def remove_pod(self, name: str) -> None: ...
    def add_host(self, name: str, ip: str) -> Host:
        raise NotImplementedError

    def remove_host(self, name: str) -> None: ...


def apply_rules(path: Path, rules: str) -> None:
    """Load an nft ruleset in the namespace, all or nothing. Raises LateenError."""
