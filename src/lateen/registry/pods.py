"""From pods to workloads."""

from collections.abc import Callable, Iterable, Mapping

from lateen.kinds.core.pod import Pod
from lateen.kinds.object import Object
from lateen.registry.place import NETWORK, said_locality
from lateen.registry.workload import Workload

TLS_MODE = "security.istio.io/tlsMode"
TEMPLATES = "inject.istio.io/templates"
PROXY = "istio-proxy"
_HASH = "pod-template-hash"
_ENDED = ("Succeeded", "Failed")


def workload(found: Object, locality: Callable[[str], str] = lambda node: "") -> Workload | None:
    """Read a pod as a workload; one that has ended is none. `locality`: of a node, where the pod says nothing."""
    pod: Pod = found.model
    if pod.status.phase in _ENDED:
        return None
    labels = dict(found.labels)
    name = workload_name(found)
    containers = (*pod.spec.init_containers, *pod.spec.containers)
    return Workload(
        namespace=found.namespace,
        name=found.name,
        ip=pod.status.pod_ip,
        labels=labels,
        ports={port.name: port.container_port for one in containers for port in one.ports if port.name},
        service_account=pod.spec.service_account_name or "default",
        node=pod.spec.node_name,
        mesh_tls=labels.get(TLS_MODE) == "istio",
        injected=any(one.name == PROXY for one in containers),
        gateway="gateway" in found.annotations.get(TEMPLATES, "").split(","),
        ready=_is_ready(pod),
        locality=said_locality(labels) or locality(pod.spec.node_name),
        network=labels.get(NETWORK, ""),
        workload_name=name,
        canonical_name=canonical_name(labels, name),
        canonical_revision=canonical_revision(labels),
        origin=found.origin,
    )


_CANONICAL_NAME = ("service.istio.io/canonical-name", "app.kubernetes.io/name", "app")
_CANONICAL_REVISION = ("service.istio.io/canonical-revision", "app.kubernetes.io/version", "version")


def canonical_name(labels: Mapping[str, str], default: str) -> str:
    """Name the service that telemetry shows a workload as."""
    return _first(labels, _CANONICAL_NAME, default)


def canonical_revision(labels: Mapping[str, str]) -> str:
    """Name the revision that telemetry shows a workload as."""
    return _first(labels, _CANONICAL_REVISION, "latest")


def workload_name(found: Object) -> str:
    """Name what made a pod: the Deployment behind a ReplicaSet, another owner, or the pod itself."""
    owners = found.meta.owner_references
    owner = next((one for one in owners if one.controller), owners[0] if owners else None)
    if owner is None:
        return found.name
    suffix = f"-{found.labels.get(_HASH, '')}"
    if owner.kind == "ReplicaSet" and len(suffix) > 1 and owner.name.endswith(suffix):
        return owner.name.removesuffix(suffix)
    return owner.name


def _is_ready(pod: Pod) -> bool:
    return any(one.type == "Ready" and one.status == "True" for one in pod.status.conditions)


def _first(labels: Mapping[str, str], names: Iterable[str], default: str) -> str:
    return next((labels[name] for name in names if labels.get(name)), default)
