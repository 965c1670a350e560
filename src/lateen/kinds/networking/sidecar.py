"""Sidecar: which ports workloads take traffic on, and which services their proxies know.

https://istio.io/latest/docs/reference/config/networking/sidecar/
"""

from collections.abc import Iterator
from typing import Literal

from lateen.base.errors import Fault
from lateen.kinds.istio_status import IstioStatus
from lateen.kinds.label_selector import LabelsSelector
from lateen.kinds.meta import ObjectMeta
from lateen.kinds.model import Model
from lateen.kinds.networking.connection_pool import ConnectionPoolSettings, pool_faults
from lateen.kinds.networking.destination import Destination, destination_faults
from lateen.kinds.networking.sidecar_egress import EgressListener, egress_faults
from lateen.kinds.networking.sidecar_ingress import IngressListener, ingress_faults
from lateen.kinds.spec import AGE, KindSpec
from lateen.kinds.target_ref import labels_faults


class OutboundTrafficPolicy(Model, frozen=True, kw_only=True):
    """What becomes of traffic to hosts that the proxy does not know; `egress_proxy`: where it is sent."""

    mode: Literal["REGISTRY_ONLY", "ALLOW_ANY"] = "REGISTRY_ONLY"
    egress_proxy: Destination | None = None


class SidecarSpec(Model, frozen=True, kw_only=True):
    """No `ingress`: as the workload's Services say. No `egress`: the namespace's default."""

    workload_selector: LabelsSelector | None = None
    ingress: tuple[IngressListener, ...] = ()
    egress: tuple[EgressListener, ...] = ()
    inbound_connection_pool: ConnectionPoolSettings | None = None
    outbound_traffic_policy: OutboundTrafficPolicy | None = None


class Sidecar(Model, frozen=True, kw_only=True):
    """The whole object."""

    api_version: str
    kind: str
    metadata: ObjectMeta
    spec: SidecarSpec = SidecarSpec()
    status: IstioStatus = IstioStatus()


def validate(found: Sidecar) -> Iterator[Fault]:
    """Yield what is wrong beyond the schema."""
    spec = found.spec
    if spec.workload_selector is not None:
        yield from labels_faults("spec.workloadSelector", "labels", spec.workload_selector.labels)
    if not (spec.ingress or spec.egress or spec.inbound_connection_pool or spec.outbound_traffic_policy):
        yield Fault("spec", "says nothing: it needs one of ingress, egress, outboundTrafficPolicy")
    yield from pool_faults("spec.inboundConnectionPool", spec.inbound_connection_pool)
    yield from ingress_faults("spec.ingress", spec.ingress)
    yield from egress_faults("spec.egress", spec.egress)
    policy = spec.outbound_traffic_policy
    if policy is not None and policy.egress_proxy is not None:
        path = "spec.outboundTrafficPolicy.egressProxy"
        if policy.mode != "ALLOW_ANY":
            yield Fault(path, "is used only with mode ALLOW_ANY", "set mode: ALLOW_ANY, or remove it")
        yield from destination_faults(path, policy.egress_proxy)


SPEC = KindSpec(
    group="networking.istio.io",
    kind="Sidecar",
    plural="sidecars",
    versions=("v1", "v1beta1", "v1alpha3"),
    categories=("istio-io", "networking-istio-io"),
    model=Sidecar,
    validate=validate,
    columns=(AGE,),
)
