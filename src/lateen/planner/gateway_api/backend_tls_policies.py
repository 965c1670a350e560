"""BackendTLSPolicies as collections: what they say, and which of them count for each host."""

from dataclasses import dataclass

from lateen.base.refs import Key
from lateen.kinds.object import Object
from lateen.planner.gateway_api.backend_tls import InForce, Policy, in_force, read_policy
from lateen.reactive import Collection, Engine, Read
from lateen.reactive.gather import group
from lateen.store.store import Store


@dataclass(frozen=True)
class BackendTlsPolicies:
    """`policies`: all of them; `in_force`: those that count, by the host of the service."""

    policies: Collection[Key, Policy]
    in_force: Collection[str, InForce]


def build_backend_tls(engine: Engine, store: Store) -> BackendTlsPolicies:
    """Build the collections over the store's objects."""

    def policy(read: Read, key: Key, found: Object) -> Policy:
        return read_policy(found, lambda place: read.get(store["ConfigMap"], place))

    policies = engine.map("backend TLS policies", store["BackendTLSPolicy"], policy)
    of_host = engine.index(
        "backend TLS policies of host", policies, lambda key, one: dict.fromkeys(host for host, _ in one.targets)
    )
    chosen = group(engine, "backend TLS of host", of_host, lambda read, host, rows: in_force(rows.values(), host))
    return BackendTlsPolicies(policies, chosen)
