"""What TLS a client speaks to a service and what its servers accept: whether they agree, and who decided it."""

from collections.abc import Iterable, Iterator
from typing import Literal

from msgspec import Struct

from lateen.advise.caller import AUTOMATIC, PLAINTEXT, begun, caller, outbound, spoken
from lateen.base.errors import LateenError
from lateen.base.hosts import fqdn
from lateen.kinds.suggestion import did_you_mean
from lateen.plan.upstream import Upstream
from lateen.planner.client import Client, meant
from lateen.planner.plans import Plans
from lateen.planner.scope import Scope
from lateen.registry.endpoints import NO_ENDPOINTS

Status = Literal["OK", "AUTO", "CONFLICT"]
NOTHING = "-"
_OUTSIDE = "server: none of the mesh's workloads"
_SERVER = {
    "STRICT": "takes mutual TLS only",
    "PERMISSIVE": "takes mutual TLS and plaintext",
    "DISABLE": "takes plaintext only",
    "NONE": "has no proxy, its application takes what it takes",
}


class TlsCheck(Struct, frozen=True, kw_only=True):
    """One port of one host, as the former `istioctl authn tls-check` had it. `server`: what its workloads accept
    (several modes where they differ, NONE without a proxy), "-" outside the mesh. `client`: the mode of TLS that
    is begun, AUTO by auto mTLS, "-" for plaintext. Policies are "name/namespace", "-" where none decides."""

    host: str
    port: int
    status: Status
    server: str
    client: str
    policy: str = NOTHING
    destination_rule: str = NOTHING
    why: str = ""


def check_tls(plans: Plans, scopes: Iterable[Scope], asked: str = "") -> list[TlsCheck]:
    """Check what the proxy of `scopes` may call, or the host `asked`. Raises LateenError where it knows no such."""
    scopes = tuple(scopes)
    client = caller(plans, scopes)
    host = fqdn(asked.partition(":")[0], client.namespace).lower() if asked else ""
    known = [plan for plan in outbound(plans, scopes) if not plan.subset]
    found = [plan for plan in known if host in ("", plan.host)]
    if not found:
        near = did_you_mean(host, {plan.host for plan in known})
        raise LateenError(f"the proxy knows no host {host}", near or "lateen explain host says what becomes of it")
    rows = (_check(plans, client, plan) for plan in found)
    return sorted(rows, key=lambda row: (row.host, row.port))


def _check(plans: Plans, client: Client, plan: Upstream) -> TlsCheck:
    servers = dict.fromkeys(_servers(plans, client, plan))
    mode, modes = begun(plan), sorted({mode for mode, _ in servers})
    deciding = next((policy for _, policy in servers if policy), NOTHING)
    faults = [fault for server in modes if (fault := _fault(mode, server))]
    heard = [f"server: {_SERVER[server]}{_by(server, policy)}" for server, policy in servers]
    rule = f"{plan.origin.name}/{plan.origin.namespace}" if plan.origin.kind == "DestinationRule" else NOTHING
    return TlsCheck(
        host=plan.host,
        port=plan.port,
        status="CONFLICT" if faults else "AUTO" if mode == AUTOMATIC else "OK",
        server=",".join(modes) or NOTHING,
        client=NOTHING if mode == PLAINTEXT else mode,
        policy=deciding,
        destination_rule=rule,
        why="; ".join([*faults, f"client: {spoken(mode)}; {_decided(mode, rule)}", *(heard or [_OUTSIDE])]),
    )


def _servers(plans: Plans, client: Client, plan: Upstream) -> Iterator[tuple[str, str]]:
    """Yield the mode of each workload behind an upstream, and the policy that decides it ("" = none)."""
    service = meant(plans.registry.hosts.get(plan.host) or (), client.namespace)
    if service is None or service.external:
        return
    for one in (plans.registry.endpoints.get(service.key) or NO_ENDPOINTS).by_port.get(plan.port, ()):
        if not one.mesh_tls:
            yield "NONE", ""
        else:
            said = plans.peers.decision(one.namespace, client.mesh.root_namespace, one.labels, one.port)
            yield said.mode, f"{said.policy.name}/{said.policy.namespace}" if said.policy else ""


def _fault(client: str, server: str) -> str:
    """Say why a client and a server cannot speak, "" where they can. Auto mTLS follows each server."""
    match client, server:
        case "ISTIO_MUTUAL", "DISABLE":
            return "the client begins mutual TLS, and the server takes plaintext only"
        case "ISTIO_MUTUAL", "NONE":
            return "the client begins mutual TLS, and the server has no proxy that ends it"
        case "DISABLE", "STRICT":
            return "the client sends plaintext, and the server takes mutual TLS only"
        case "SIMPLE" | "MUTUAL", "STRICT":
            return "the client begins TLS that is not the mesh's, and the server takes the mesh's only"
    return ""


def _decided(mode: str, rule: str) -> str:
    if rule == NOTHING:
        return "no DestinationRule"
    return f"DestinationRule {rule}" + (" says nothing of TLS" if mode == AUTOMATIC else "")


def _by(mode: str, policy: str) -> str:
    if mode == "NONE":
        return ""
    return f" (PeerAuthentication {policy})" if policy else " (no PeerAuthentication: the default)"
