"""TrafficExtension: code that proxies run as a filter, a WebAssembly module or Lua.

https://istio.io/latest/docs/reference/config/proxy_extensions/
"""

from collections.abc import Iterator
from typing import Annotated, ClassVar, Literal

from msgspec import Meta

from lateen.base.errors import Fault
from lateen.kinds.extensions.traffic_selector import TrafficSelectors, traffic_faults
from lateen.kinds.extensions.wasm_module import WasmModule, module_faults
from lateen.kinds.istio_status import IstioStatus
from lateen.kinds.label_selector import WorkloadSelector
from lateen.kinds.meta import ObjectMeta
from lateen.kinds.model import Int32, Model
from lateen.kinds.schema_rules import CelRule, only_one_of
from lateen.kinds.spec import AGE, KindSpec
from lateen.kinds.target_ref import PolicyTargetReferences, attachment_faults


class Lua(Model, frozen=True, kw_only=True):
    """A script with envoy_on_request, envoy_on_response or both."""

    inline_code: Annotated[str, Meta(min_length=1, max_length=65536)]


class TrafficExtensionSpec(Model, frozen=True, kw_only=True):
    """One of wasm and lua. `selector` None = the namespace. Higher `priority` runs first in its phase."""

    schema_rules: ClassVar = (
        only_one_of("selector", "targetRefs", message="only one of targetRefs or selector can be set"),
        CelRule("has(self.wasm) != has(self.lua)", "exactly one of wasm or lua must be set"),
    )

    selector: WorkloadSelector | None = None
    target_refs: PolicyTargetReferences = ()
    phase: Literal["UNSPECIFIED", "AUTHN", "AUTHZ", "STATS"] = "UNSPECIFIED"
    priority: Int32 | None = None
    match: TrafficSelectors = ()
    wasm: WasmModule | None = None
    lua: Lua | None = None


class TrafficExtension(Model, frozen=True, kw_only=True):
    """The whole object."""

    api_version: str
    kind: str
    metadata: ObjectMeta
    spec: TrafficExtensionSpec
    status: IstioStatus = IstioStatus()


def validate(found: TrafficExtension) -> Iterator[Fault]:
    """Yield what is wrong beyond the schema."""
    spec = found.spec
    yield from attachment_faults(spec.selector, None, spec.target_refs)
    if (spec.wasm is None) == (spec.lua is None):
        yield Fault("spec", "exactly one of wasm or lua must be set")
    if spec.wasm is not None:
        yield from module_faults("spec.wasm", spec.wasm)
    yield from traffic_faults("spec.match", spec.match)


SPEC = KindSpec(
    group="extensions.istio.io",
    kind="TrafficExtension",
    plural="trafficextensions",
    versions=("v1alpha1",),
    categories=("istio-io", "extensions-istio-io"),
    model=TrafficExtension,
    validate=validate,
    columns=(AGE,),
)
