"""What STRICT would break, from configuration: of the whole mesh, or of a namespace."""

from collections.abc import Iterable, Iterator

from msgspec import Struct

from lateen.base.hosts import covers
from lateen.planner.destination_rule import Rule
from lateen.planner.plans import Plans
from lateen.registry.workload import Workload
from lateen.security.peer_authentication import PeerPolicy

# Their pods are the cluster's own.
_SYSTEM = frozenset({"kube-system", "kube-public", "kube-node-lease"})
_NOT_THE_MESHS = frozenset({"DISABLE", "SIMPLE", "MUTUAL"})


class Obstacle(Struct, frozen=True):
    """What is in the way. `who`: "kind namespace/name"; `breaks`: it stops working, else it stays unprotected."""

    who: str
    why: str
    fix: str
    breaks: bool = True


class Readiness(Struct, frozen=True):
    """`namespace`: where the policy stands, the root namespace for the whole mesh. `enforced`: how many workloads would
    take mutual TLS only; `policy`: the PeerAuthentication that counts there now, "namespace/name", "" = none, and its
    `mode`. `ready`: nothing would break."""

    namespace: str
    whole_mesh: bool
    ready: bool
    enforced: int
    obstacles: tuple[Obstacle, ...]
    policy: str = ""
    mode: str = "PERMISSIVE"


def readiness(plans: Plans, namespace: str = "") -> Readiness:
    """Tell what STRICT for a namespace ("" = the mesh) would break. Who calls whom is not in the configuration: every
    pod without a proxy counts as one that might call."""
    root = plans.settings.root_namespace
    pods = [pod for _, pod in plans.workloads.items() if pod.namespace not in _SYSTEM and pod.kind == "Pod"]
    inside = [pod for pod in pods if not namespace or pod.namespace == namespace]
    open_ = {pod.key: policy for pod in inside if pod.mesh_tls and (policy := _opened(plans, pod, namespace, root))}
    said = plans.peers.decision(namespace or root, root, {}, 0)
    rules = [rule for _, rule in plans.rules.destinations.items() if _is_there(plans, rule, namespace)]
    obstacles = (*_pods(pods, namespace), *_rules(rules), *_narrower(open_.values()))
    return Readiness(
        namespace=namespace or root,
        whole_mesh=not namespace,
        ready=not any(one.breaks for one in obstacles),
        enforced=sum(pod.mesh_tls and pod.key not in open_ for pod in inside),
        obstacles=obstacles,
        policy=f"{said.policy.namespace}/{said.policy.name}" if said.policy else "",
        mode=said.mode,
    )


def _opened(plans: Plans, pod: Workload, namespace: str, root: str) -> PeerPolicy | None:
    """Return the narrower policy by which a workload takes plaintext on some port, whatever the wider one says."""
    own = plans.peers.policies_in.find(pod.namespace).values()
    ports = {port for policy in own for port in policy.ports}
    for port in (0, *sorted(ports)):
        found = plans.peers.decision(pod.namespace, root, pod.labels, port)
        of_place = found.policy is not None and not found.policy.selector
        wide = found.policy is None or (of_place and found.policy.namespace == (namespace or root))
        if found.mode != "STRICT" and not wide:
            return found.policy
    return None


def _narrower(policies: Iterable[PeerPolicy]) -> Iterator[Obstacle]:
    for policy in {(one.namespace, one.name): one for one in policies}.values():
        who = f"PeerAuthentication {policy.namespace}/{policy.name}"
        why = "is narrower and takes plaintext: its workloads stay open"
        yield Obstacle(who, why, "delete it, or set its modes to STRICT", breaks=False)


def _pods(pods: Iterable[Workload], namespace: str) -> Iterator[Obstacle]:
    for pod in sorted(pods, key=lambda one: one.key):
        if pod.injected or pod.gateway:
            continue
        fix = f"label namespace {pod.namespace} istio-injection=enabled, and restart the pod"
        yield Obstacle(f"pod {pod.key}", "has no proxy: what it sends is plaintext, and would be refused", fix)
        if not namespace or pod.namespace == namespace:
            why = "has no proxy: STRICT does not protect it, whoever calls is let in"
            yield Obstacle(f"pod {pod.key}", why, fix, breaks=False)


def _rules(rules: Iterable[Rule]) -> Iterator[Obstacle]:
    for one in rules:
        said = [policy.tls for policy in one.policies]
        said += [port.tls for policy in one.policies for port in policy.port_level_settings]
        modes = sorted({tls.mode for tls in said if tls} & _NOT_THE_MESHS)
        if modes:
            why = f"has clients of {one.host} begin {', '.join(modes)}, which would be refused"
            yield Obstacle(f"DestinationRule {one.namespace}/{one.name}", why, "remove its trafficPolicy.tls")


def _is_there(plans: Plans, rule: Rule, namespace: str) -> bool:
    """Say whether a rule is for a service of the mesh that STRICT would be for."""
    services = (service for _, service in plans.registry.services.items() if not service.external)
    return any(namespace in ("", one.namespace) and covers(rule.host, one.host) for one in services)
