"""DestinationRule: subsets of a service, and what applies to traffic to it after routing.

https://istio.io/latest/docs/reference/config/networking/destination-rule/
"""

from collections.abc import Iterator, Mapping

from lateen.base.errors import Fault
from lateen.kinds.export_to import export_faults
from lateen.kinds.hosts import wildcard_name_faults
from lateen.kinds.istio_status import IstioStatus
from lateen.kinds.label_selector import WorkloadSelector, label_faults, selector_faults
from lateen.kinds.meta import ObjectMeta
from lateen.kinds.model import Model
from lateen.kinds.networking.destination import subset_faults
from lateen.kinds.networking.traffic_policy import TrafficPolicy, policy_faults
from lateen.kinds.spec import AGE, Column, KindSpec


class Subset(Model, frozen=True, kw_only=True):
    """The endpoints of a service that carry `labels`."""

    name: str
    labels: Mapping[str, str] = {}
    traffic_policy: TrafficPolicy | None = None


class DestinationRuleSpec(Model, frozen=True, kw_only=True):
    """`host`: short names are of the rule's namespace. `workload_selector`: the clients it is for."""

    host: str
    traffic_policy: TrafficPolicy | None = None
    subsets: tuple[Subset, ...] = ()
    export_to: tuple[str, ...] = ()
    workload_selector: WorkloadSelector | None = None


class DestinationRule(Model, frozen=True, kw_only=True):
    """The whole object."""

    api_version: str
    kind: str
    metadata: ObjectMeta
    spec: DestinationRuleSpec
    status: IstioStatus = IstioStatus()


def validate(found: DestinationRule) -> Iterator[Fault]:
    """Yield what is wrong beyond the schema."""
    spec = found.spec
    yield from wildcard_name_faults("spec.host", spec.host)
    yield from policy_faults("spec.trafficPolicy", spec.traffic_policy)
    seen: set[str] = set()
    for index, subset in enumerate(spec.subsets):
        yield from _subset_faults(f"spec.subsets[{index}]", subset, seen)
        seen.add(subset.name)
    yield from export_faults(spec.export_to, found.metadata.namespace)
    if spec.workload_selector is not None:
        yield from _selector_faults(spec.workload_selector, spec.export_to)


def _subset_faults(path: str, subset: Subset, seen: set[str]) -> Iterator[Fault]:
    if not subset.name:
        yield Fault(f"{path}.name", "is required")
    elif subset.name in seen:
        yield Fault(f"{path}.name", f'there is a subset "{subset.name}" already')
    yield from subset_faults(f"{path}.name", subset.name)
    if subset.labels:
        yield from label_faults(f"{path}.labels", subset.labels)
    yield from policy_faults(f"{path}.trafficPolicy", subset.traffic_policy)


def _selector_faults(selector: WorkloadSelector, exports: tuple[str, ...]) -> Iterator[Fault]:
    if not selector.match_labels:
        yield Fault("spec.workloadSelector", "selects every workload", "name labels, or remove it", "warning")
    yield from selector_faults("spec.workloadSelector.matchLabels", selector.match_labels)
    if exports and exports != (".",):
        fix = 'use exportTo: ["."]'
        yield Fault("spec.exportTo", "a rule with a workloadSelector is for its own namespace only", fix)


SPEC = KindSpec(
    group="networking.istio.io",
    kind="DestinationRule",
    plural="destinationrules",
    versions=("v1", "v1beta1", "v1alpha3"),
    short_names=("dr",),
    categories=("istio-io", "networking-istio-io"),
    model=DestinationRule,
    validate=validate,
    columns=(Column("Host", ".spec.host"), AGE),
)
