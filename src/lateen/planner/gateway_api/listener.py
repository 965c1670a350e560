"""Listeners of Gateways and ListenerSets: what each listens for, which routes it takes, and why one may not work.

https://gateway-api.sigs.k8s.io/reference/spec/#listener
"""

from collections.abc import Mapping
from typing import Literal, NamedTuple

from msgspec import Struct

from lateen.base.refs import Key, Origin
from lateen.kinds.gateway_api.listeners import RouteNamespaces
from lateen.kinds.label_selector import selects
from lateen.planner.gateway import Carries

ANY_HOST = "*"


class Fault(NamedTuple):
    """What is wrong with a listener: a condition, its reason, and what to say. `fatal`: it cannot work."""

    condition: Literal["Accepted", "Conflicted", "ResolvedRefs"]
    reason: str
    message: str
    fatal: bool = True


class Clients(Struct, frozen=True):
    """How clients' certificates are checked: by the authorities of the credential `roots`. `verified` False: a client
    may have one of anybody, or none."""

    roots: str
    verified: bool = True


class Listener(Struct, frozen=True, kw_only=True):
    """`owner`: the object that has it, a ListenerSet where `in_set`. `hostname`: "*" = every host; `kinds`: of routes
    that it takes; `credentials`: of the certificates that it shows; `clients`: how theirs are checked, None = they need
    none."""

    owner: Key
    in_set: bool = False
    name: str
    number: int
    carries: Carries | None
    hostname: str
    namespaces: RouteNamespaces
    kinds: tuple[str, ...]
    credentials: tuple[str, ...] = ()
    clients: Clients | None = None
    faults: tuple[Fault, ...] = ()
    origin: Origin = Origin()

    @property
    def title(self) -> str:
        """Its name among all listeners of its Gateway."""
        return f"{self.owner}/{self.name}".replace("/", ".") if self.in_set else self.name

    @property
    def works(self) -> bool:
        """Say whether anything is listened for."""
        return not any(fault.fatal for fault in self.faults)

    def admits(self, namespace: str, labels: Mapping[str, str]) -> bool:
        """Say whether routes of a namespace with `labels` may be attached."""
        match self.namespaces.from_:
            case "All":
                return True
            case "Same":
                return namespace == self.owner.namespace
            case "Selector":
                return self.namespaces.selector is not None and selects(self.namespaces.selector, labels)
