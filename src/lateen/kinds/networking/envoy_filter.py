"""EnvoyFilter: changes to what proxies are configured with.

https://istio.io/latest/docs/reference/config/networking/envoy-filter/
"""

from collections.abc import Iterator
from typing import ClassVar

from lateen.base.errors import Fault
from lateen.kinds.istio_status import IstioStatus
from lateen.kinds.label_selector import LabelsSelector
from lateen.kinds.meta import ObjectMeta
from lateen.kinds.model import Int32, Model
from lateen.kinds.networking.config_patch import ConfigPatch, patch_faults
from lateen.kinds.schema_rules import only_one_of
from lateen.kinds.spec import AGE, KindSpec
from lateen.kinds.target_ref import PolicyTargetReferences, labels_faults, target_faults


class EnvoyFilterSpec(Model, frozen=True, kw_only=True):
    """`workload_selector` None = the namespace (the root one: the mesh). Lower `priority` is applied first."""

    schema_rules: ClassVar = (only_one_of("workloadSelector", "targetRefs"),)

    workload_selector: LabelsSelector | None = None
    target_refs: PolicyTargetReferences = ()
    config_patches: tuple[ConfigPatch, ...] = ()
    priority: Int32 = 0


class EnvoyFilter(Model, frozen=True, kw_only=True):
    """The whole object."""

    api_version: str
    kind: str
    metadata: ObjectMeta
    spec: EnvoyFilterSpec = EnvoyFilterSpec()
    status: IstioStatus = IstioStatus()


def validate(found: EnvoyFilter) -> Iterator[Fault]:
    """Yield what is wrong beyond the schema."""
    spec = found.spec
    selector = spec.workload_selector
    yield from target_faults(None, spec.target_refs, "workloadSelector" if selector is not None else "")
    if selector is not None:
        yield from labels_faults("spec.workloadSelector", "labels", selector.labels)
    if not spec.config_patches:
        yield Fault("spec.configPatches", "is empty: it changes nothing", "", "warning")
    for index, patch in enumerate(spec.config_patches):
        yield from patch_faults(f"spec.configPatches[{index}]", patch)


SPEC = KindSpec(
    group="networking.istio.io",
    kind="EnvoyFilter",
    plural="envoyfilters",
    versions=("v1alpha3",),
    categories=("istio-io", "networking-istio-io"),
    model=EnvoyFilter,
    validate=validate,
    columns=(AGE,),
)
