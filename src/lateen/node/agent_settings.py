"""For whom an agent works, and how."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import NamedTuple

from lateen.identity.authority import DEFAULT_TTL
from lateen.node.sds import PROXY_UID


class WorkloadRef(NamedTuple):
    """A pod of this machine."""

    namespace: str
    pod: str
    service_account: str
    uid: str


TokenFor = Callable[[WorkloadRef], Awaitable[str]]


class ExternalCa(NamedTuple):
    """An authority beside the control plane that speaks Istio's certificate service, as istio-csr does.

    `target` is where it is, `name` whom its certificate must name, `roots` (PEM) whom to believe that;
    `token_for` returns a pod-bound token of the audience that it wants.
    """

    target: str
    name: str
    roots: bytes
    token_for: TokenFor


@dataclass(frozen=True)
class AgentSettings:
    """`ca_name`: whom the authority's server certificate must name. `ttl`: wanted lifetime in seconds.
    `socket_owner`: the user that Envoy runs as. `external`: who certifies, unless the control plane does. `spread`:
    within how many seconds certificates are renewed when another key signs, so that not a whole mesh asks at once."""

    ca_name: str = "istiod.istio-system.svc"
    trust_domain: str = "cluster.local"
    ttl: float = DEFAULT_TTL
    socket_owner: int = PROXY_UID
    external: ExternalCa | None = None
    spread: float = 0.0
