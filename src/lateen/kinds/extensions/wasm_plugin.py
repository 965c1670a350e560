"""WasmPlugin: a WebAssembly module that proxies run as a filter.

https://istio.io/latest/docs/reference/config/proxy_extensions/wasm-plugin/
"""

from collections.abc import Iterator
from typing import ClassVar, Literal

from lateen.base.errors import Fault
from lateen.kinds.extensions.traffic_selector import TrafficSelectors, traffic_faults
from lateen.kinds.extensions.wasm_module import WasmModule, module_faults
from lateen.kinds.istio_status import IstioStatus
from lateen.kinds.label_selector import WorkloadSelector
from lateen.kinds.meta import ObjectMeta
from lateen.kinds.model import Int32, Model
from lateen.kinds.spec import AGE, KindSpec
from lateen.kinds.target_ref import ATTACHED, PolicyTargetReference, PolicyTargetReferences, attachment_faults


class WasmPluginSpec(WasmModule, frozen=True, kw_only=True):
    """`selector` None = the namespace (the root one: the mesh). Higher `priority` runs first in its phase."""

    schema_rules: ClassVar = (ATTACHED,)

    selector: WorkloadSelector | None = None
    target_ref: PolicyTargetReference | None = None
    target_refs: PolicyTargetReferences = ()
    phase: Literal["UNSPECIFIED_PHASE", "AUTHN", "AUTHZ", "STATS"] = "UNSPECIFIED_PHASE"
    priority: Int32 | None = None
    match: TrafficSelectors = ()


class WasmPlugin(Model, frozen=True, kw_only=True):
    """The whole object."""

    api_version: str
    kind: str
    metadata: ObjectMeta
    spec: WasmPluginSpec
    status: IstioStatus = IstioStatus()


def validate(found: WasmPlugin) -> Iterator[Fault]:
    """Yield what is wrong beyond the schema."""
    spec = found.spec
    yield from attachment_faults(spec.selector, spec.target_ref, spec.target_refs)
    yield from module_faults("spec", spec)
    yield from traffic_faults("spec.match", spec.match)


SPEC = KindSpec(
    group="extensions.istio.io",
    kind="WasmPlugin",
    plural="wasmplugins",
    versions=("v1alpha1",),
    categories=("istio-io", "extensions-istio-io"),
    model=WasmPlugin,
    validate=validate,
    columns=(AGE,),
)
