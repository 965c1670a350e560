"""Telemetry: which metrics, access logs and spans proxies make, and where they go.

https://istio.io/latest/docs/reference/config/telemetry/
"""

from collections.abc import Iterator
from typing import ClassVar

from lateen.base.errors import Fault
from lateen.kinds.istio_status import IstioStatus
from lateen.kinds.label_selector import WorkloadSelector
from lateen.kinds.meta import ObjectMeta
from lateen.kinds.model import Model
from lateen.kinds.spec import AGE, KindSpec
from lateen.kinds.target_ref import ATTACHED, PolicyTargetReference, PolicyTargetReferences, attachment_faults
from lateen.kinds.telemetry.access_logging import AccessLogging, access_log_faults
from lateen.kinds.telemetry.metrics import Metrics, metrics_faults
from lateen.kinds.telemetry.tracing import Tracing, tracing_faults


class TelemetrySpec(Model, frozen=True, kw_only=True):
    """`selector` None = the namespace (the root one: the mesh)."""

    schema_rules: ClassVar = (ATTACHED,)

    selector: WorkloadSelector | None = None
    target_ref: PolicyTargetReference | None = None
    target_refs: PolicyTargetReferences = ()
    tracing: tuple[Tracing, ...] = ()
    metrics: tuple[Metrics, ...] = ()
    access_logging: tuple[AccessLogging, ...] = ()


class Telemetry(Model, frozen=True, kw_only=True):
    """The whole object."""

    api_version: str
    kind: str
    metadata: ObjectMeta
    spec: TelemetrySpec = TelemetrySpec()
    status: IstioStatus = IstioStatus()


def validate(found: Telemetry) -> Iterator[Fault]:
    """Yield what is wrong beyond the schema."""
    spec = found.spec
    yield from attachment_faults(spec.selector, spec.target_ref, spec.target_refs)
    if len(spec.tracing) > 1:
        yield Fault("spec.tracing", "multiple tracing is not currently supported: the first is used", "", "warning")
    for index, tracing in enumerate(spec.tracing):
        yield from tracing_faults(f"spec.tracing[{index}]", tracing)
    for index, metrics in enumerate(spec.metrics):
        yield from metrics_faults(f"spec.metrics[{index}]", metrics)
    for index, logging in enumerate(spec.access_logging):
        yield from access_log_faults(f"spec.accessLogging[{index}]", logging)


SPEC = KindSpec(
    group="telemetry.istio.io",
    kind="Telemetry",
    plural="telemetries",
    versions=("v1", "v1alpha1"),
    storage_version="v1alpha1",
    short_names=("telemetry",),
    categories=("istio-io", "telemetry-istio-io"),
    model=Telemetry,
    validate=validate,
    columns=(AGE,),
)
