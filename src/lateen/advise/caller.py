"""Who asks: a proxy as a client, what it sends to, and the TLS that it begins."""

from collections.abc import Container, Iterable, Iterator

from lateen.base.errors import LateenError
from lateen.plan.upstream import Upstream
from lateen.planner.client import Client
from lateen.planner.plans import Plans
from lateen.planner.scope import Scope

PLAINTEXT, AUTOMATIC = "DISABLE", "AUTO"
_SPOKEN = {
    AUTOMATIC: "mutual TLS where a server takes it, else plaintext (auto mTLS)",
    "ISTIO_MUTUAL": "mutual TLS with the mesh's certificates",
    "MUTUAL": "mutual TLS with certificates of its own",
    "SIMPLE": "TLS",
    PLAINTEXT: "plaintext",
}


def caller(plans: Plans, scopes: Iterable[Scope]) -> Client:
    """Return the client that the proxy of wanted scopes is. Raises LateenError where it calls nobody."""
    found = plans.client(scopes)
    if found is None:
        raise LateenError("this proxy calls nobody", "name a pod with a sidecar, or a gateway")
    return found


def outbound(plans: Plans, scopes: Container[Scope]) -> Iterator[Upstream]:
    """Yield what the proxy of these scopes may send to by a host's name."""
    for (scope, name), plan in plans.upstreams.items():
        if scope in scopes and name.startswith("outbound|"):
            yield plan


def begun(plan: Upstream) -> str:
    """Return the mode of TLS that is begun: a DestinationRule's, AUTOMATIC or PLAINTEXT."""
    if plan.tls is not None:
        return plan.tls.mode
    return AUTOMATIC if plan.auto_tls else PLAINTEXT


def spoken(mode: str) -> str:
    """Say a mode of `begun` in words."""
    return _SPOKEN[mode]
