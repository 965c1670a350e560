"""Effective PeerAuthentication: which of mutual TLS and plaintext a workload accepts on which port.

Levels, the narrower first: the port of a workload's policy, the workload's policy (selector), the
namespace's policy, the mesh's policy (root namespace), PERMISSIVE. UNSET asks the next wider level; at each
level the oldest policy counts. https://istio.io/latest/docs/reference/config/security/peer_authentication/
"""

from collections.abc import Iterable, Mapping
from typing import Literal

from msgspec import Struct

from lateen.base.refs import Origin
from lateen.base.selectors import Labels, matches

Mode = Literal["STRICT", "PERMISSIVE", "DISABLE"]


class PeerPolicy(Struct, frozen=True, kw_only=True):
    """One PeerAuthentication; `mode` and modes in `ports` (by container port) are None where unset."""

    namespace: str
    name: str
    created: str = ""
    selector: Mapping[str, str] = {}
    mode: Mode | None = None
    ports: Mapping[int, Mode | None] = {}
    origin: Origin = Origin()

    @property
    def age(self) -> tuple[str, str]:
        """Sort key: the oldest first, then by name."""
        return (self.created, self.name)


class PeerModes(Struct, frozen=True):
    """What one workload accepts: `mode`, and by container port where that differs."""

    mode: Mode = "PERMISSIVE"
    ports: tuple[tuple[int, Mode], ...] = ()

    def at(self, port: int) -> Mode:
        """Return the mode of a container port."""
        return next((mode for number, mode in self.ports if number == port), self.mode)


class PeerRules(Struct, frozen=True):
    """The rules of one namespace: its own `mode`, and its policies with a selector, the oldest first."""

    mode: Mode = "PERMISSIVE"
    workloads: tuple[PeerPolicy, ...] = ()

    def modes(self, labels: Labels) -> PeerModes:
        """Return what a workload with these labels accepts."""
        for policy in self.workloads:
            if matches(policy.selector, labels):
                mode = policy.mode or self.mode
                ports = tuple(sorted((port, said or mode) for port, said in policy.ports.items()))
                return PeerModes(mode, ports)
        return PeerModes(self.mode) if self.mode != "PERMISSIVE" else _PERMISSIVE


_PERMISSIVE = PeerModes()
NO_RULES = PeerRules()


class Decision(Struct, frozen=True):
    """What a workload accepts on a port, and the policy that decides it: None where nobody says anything."""

    mode: Mode = "PERMISSIVE"
    policy: PeerPolicy | None = None


def compose(mesh: Iterable[PeerPolicy], own: Iterable[PeerPolicy]) -> PeerRules:
    """Compose the rules of a namespace from the policies of the root namespace and its own.

    Policies with a selector in the root namespace apply there only, never to the mesh.
    """
    policies = sorted(own, key=lambda policy: policy.age)
    mode = _wide(mesh, policies).mode
    selecting = tuple(policy for policy in policies if policy.selector)
    return PeerRules(mode, selecting) if selecting or mode != "PERMISSIVE" else NO_RULES


def decide(mesh: Iterable[PeerPolicy], own: Iterable[PeerPolicy], labels: Labels, port: int) -> Decision:
    """Tell who decides, as `compose` composes it: `mesh` and `own` are the policies of the root namespace and the
    workload's; `port` is the container's."""
    policies = sorted(own, key=lambda policy: policy.age)
    narrow = next((one for one in policies if one.selector and matches(one.selector, labels)), None)
    mode = (narrow.ports.get(port) or narrow.mode) if narrow else None
    return Decision(mode, narrow) if mode else _wide(mesh, policies)


def _wide(mesh: Iterable[PeerPolicy], own: Iterable[PeerPolicy]) -> Decision:
    """Decide for workloads that no policy selects: at each level the oldest counts alone."""
    for level in (own, mesh):
        first = min((one for one in level if not one.selector), key=lambda policy: policy.age, default=None)
        if first is not None and first.mode:
            return Decision(first.mode, first)
    return Decision()
