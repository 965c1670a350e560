"""Peer authentication rules as collections: per namespace, from PeerAuthentications."""

from dataclasses import dataclass

from lateen.base.refs import Key
from lateen.base.selectors import Labels
from lateen.kinds.object import Object
from lateen.kinds.security.peer_authentication import PeerAuthentication
from lateen.reactive import Engine, Index, Read
from lateen.security.peer_authentication import NO_RULES, Decision, Mode, PeerPolicy, PeerRules, compose, decide
from lateen.store.store import Store


@dataclass(frozen=True)
class PeerSecurity:
    """All PeerAuthentications, by namespace."""

    policies_in: Index[str, Key, PeerPolicy]

    def rules(self, read: Read, namespace: str, root_namespace: str) -> PeerRules:
        """Return the rules of a namespace."""
        own = read.find(self.policies_in, namespace).values()
        mesh = read.find(self.policies_in, root_namespace).values()
        return compose(mesh, own) if own or mesh else NO_RULES

    def decision(self, namespace: str, root_namespace: str, labels: Labels, port: int) -> Decision:
        """Tell what a workload accepts on a port of its container as things stand, and which policy decides it."""
        own, mesh = (self.policies_in.find(name).values() for name in (namespace, root_namespace))
        return decide(mesh, own, labels, port)


def build_peer_security(engine: Engine, store: Store) -> PeerSecurity:
    """Build the collections over the store's PeerAuthentications."""
    policies = engine.map("peer policies", store["PeerAuthentication"], lambda read, key, found: policy(found))
    return PeerSecurity(engine.index("peer policies in namespace", policies, lambda key, _: (key.namespace,)))


def policy(found: Object) -> PeerPolicy:
    """Read a PeerAuthentication."""
    kind: PeerAuthentication = found.model
    spec = kind.spec
    return PeerPolicy(
        namespace=found.namespace,
        name=found.name,
        created=found.created,
        selector=spec.selector.match_labels if spec.selector else {},
        mode=_mode(spec.mtls.mode if spec.mtls else ""),
        ports={int(port): _mode(said.mode) for port, said in (spec.port_level_mtls or {}).items()},
        origin=found.origin,
    )


def _mode(text: str) -> Mode | None:
    modes: tuple[Mode, ...] = ("STRICT", "PERMISSIVE", "DISABLE")
    return next((mode for mode in modes if mode == text), None)
