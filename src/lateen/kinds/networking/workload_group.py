"""WorkloadGroup: what workloads outside Kubernetes have in common when they register themselves.

https://istio.io/latest/docs/reference/config/networking/workload-group/
"""

from collections.abc import Iterator, Mapping
from typing import Annotated

from msgspec import Meta

from lateen.base.errors import Fault
from lateen.kinds.istio_status import IstioStatus
from lateen.kinds.label_selector import label_faults
from lateen.kinds.meta import ObjectMeta
from lateen.kinds.model import Model
from lateen.kinds.names import VALUE_RULE, is_label_key
from lateen.kinds.networking.readiness_probe import ReadinessProbe, probe_faults
from lateen.kinds.networking.workload_entry import WorkloadEntrySpec, template_faults
from lateen.kinds.paths import join
from lateen.kinds.spec import AGE, KindSpec


class GroupMetadata(Model, frozen=True, kw_only=True):
    """What the WorkloadEntries of the group are given."""

    labels: Annotated[Mapping[str, str], Meta(max_length=256)] = {}
    annotations: Annotated[Mapping[str, str], Meta(max_length=256)] = {}


class WorkloadGroupSpec(Model, frozen=True, kw_only=True):
    """`template`: the entry of each workload, which adds its own address."""

    metadata: GroupMetadata | None = None
    template: WorkloadEntrySpec
    probe: ReadinessProbe | None = None


class WorkloadGroup(Model, frozen=True, kw_only=True):
    """The whole object."""

    api_version: str
    kind: str
    metadata: ObjectMeta
    spec: WorkloadGroupSpec
    status: IstioStatus = IstioStatus()


def validate(found: WorkloadGroup) -> Iterator[Fault]:
    """Yield what is wrong beyond the schema."""
    spec = found.spec
    yield from template_faults("spec.template", spec.template)
    if spec.metadata is not None:
        yield from label_faults("spec.metadata.labels", spec.metadata.labels)
        for key in spec.metadata.annotations:
            if not is_label_key(key):
                place = join("spec.metadata.annotations", key)
                yield Fault(place, f'"{key}" is not an annotation key: an optional DNS prefix and "/", {VALUE_RULE}')
    if spec.probe is not None:
        yield from probe_faults("spec.probe", spec.probe)


SPEC = KindSpec(
    group="networking.istio.io",
    kind="WorkloadGroup",
    plural="workloadgroups",
    versions=("v1", "v1beta1", "v1alpha3"),
    short_names=("wg",),
    categories=("istio-io", "networking-istio-io"),
    model=WorkloadGroup,
    validate=validate,
    columns=(AGE,),
)
