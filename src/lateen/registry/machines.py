"""From WorkloadEntries to workloads: machines outside Kubernetes."""

from collections.abc import Mapping

from lateen.kinds.networking.workload_entry import WorkloadEntry
from lateen.kinds.object import Object
from lateen.registry.pods import TLS_MODE, canonical_name, canonical_revision
from lateen.registry.workload import Workload

# On entries that register themselves: they take no traffic before the machine's probe has passed once.
HEALTH_CHECKED = "proxy.istio.io/health-checks-enabled"
_HEALTHY = "Healthy"


def machine(found: Object) -> Workload:
    """Read a WorkloadEntry as a workload. Labels of the object beat those of its spec."""
    kind: WorkloadEntry = found.model
    spec = kind.spec
    labels = {**spec.labels, **found.labels}
    return Workload(
        namespace=found.namespace,
        name=found.name,
        kind="WorkloadEntry",
        ip=spec.address,
        labels=labels,
        mapped=dict(spec.ports),
        service_account=spec.service_account,
        mesh_tls=accepts_mesh_tls(labels, spec.service_account),
        injected=True,
        ready=_is_healthy(found),
        weight=spec.weight or 1,
        locality=spec.locality,
        network=spec.network,
        workload_name=found.name,
        canonical_name=canonical_name(labels, found.name),
        canonical_revision=canonical_revision(labels),
        origin=found.origin,
    )


def accepts_mesh_tls(labels: Mapping[str, str], service_account: str) -> bool:
    """Say whether a machine has a proxy that accepts mesh TLS: its label says so, or else that it has an identity."""
    said = labels.get(TLS_MODE)
    return said == "istio" if said is not None else bool(service_account)


def _is_healthy(found: Object) -> bool:
    said = [one.status for one in found.model.status.conditions if one.type == _HEALTHY]
    if found.annotations.get(HEALTH_CHECKED) == "true":
        return said == ["True"]
    return "False" not in said
