"""Metrics of a Telemetry."""

from collections.abc import Iterator, Mapping
from typing import Annotated, ClassVar, Literal

from msgspec import Meta

from lateen.base.errors import Fault
from lateen.kinds.durations import duration_faults
from lateen.kinds.model import Duration, Model
from lateen.kinds.paths import join
from lateen.kinds.schema_rules import AtMostOne, CelRule
from lateen.kinds.telemetry.provider import ProviderRef, WorkloadMode

IstioMetric = Literal[
    "ALL_METRICS",
    "REQUEST_COUNT",
    "REQUEST_DURATION",
    "REQUEST_SIZE",
    "RESPONSE_SIZE",
    "TCP_OPENED_CONNECTIONS",
    "TCP_CLOSED_CONNECTIONS",
    "TCP_SENT_BYTES",
    "TCP_RECEIVED_BYTES",
    "GRPC_REQUEST_MESSAGES",
    "GRPC_RESPONSE_MESSAGES",
]


class MetricSelector(Model, frozen=True, kw_only=True):
    """One metric, by Istio's name or by its own; None and None = all."""

    schema_rules: ClassVar = (AtMostOne(("metric", "customMetric")),)

    metric: IstioMetric | None = None
    custom_metric: Annotated[str, Meta(min_length=1)] | None = None
    mode: WorkloadMode = "CLIENT_AND_SERVER"


class TagOverride(Model, frozen=True, kw_only=True):
    """UPSERT: the tag becomes the CEL expression `value`."""

    schema_rules: ClassVar = (
        CelRule(
            '(has(self.operation) && self.operation == "UPSERT") ? (has(self.value) && self.value != "") : true',
            "value must be set when operation is UPSERT",
        ),
        CelRule(
            '(has(self.operation) && self.operation == "REMOVE") ? !has(self.value) : true',
            "value must not be set when operation is REMOVE",
        ),
    )

    operation: Literal["UPSERT", "REMOVE"] = "UPSERT"
    value: str = ""


class MetricsOverride(Model, frozen=True, kw_only=True):
    """What is different for some metrics."""

    match: MetricSelector | None = None
    disabled: bool | None = None
    tag_overrides: Mapping[str, TagOverride] = {}


class Metrics(Model, frozen=True, kw_only=True):
    """`reporting_interval` None = the proxy's."""

    providers: tuple[ProviderRef, ...] = ()
    overrides: tuple[MetricsOverride, ...] = ()
    reporting_interval: Duration | None = None


def metrics_faults(path: str, metrics: Metrics) -> Iterator[Fault]:
    """Yield what is wrong with metrics."""
    yield from duration_faults(f"{path}.reportingInterval", metrics.reporting_interval)
    for index, override in enumerate(metrics.overrides):
        place = f"{path}.overrides[{index}]"
        match = override.match
        if match is not None and match.metric is not None and match.custom_metric is not None:
            yield Fault(f"{place}.match", "names a metric twice", "keep one of metric and customMetric")
        for name, tag in override.tag_overrides.items():
            yield from _tag_faults(join(f"{place}.tagOverrides", name), tag)


def _tag_faults(path: str, tag: TagOverride) -> Iterator[Fault]:
    if tag.operation == "UPSERT" and not tag.value:
        yield Fault(f"{path}.value", "must be set when operation is UPSERT", "or use operation REMOVE")
    if tag.operation == "REMOVE" and tag.value:
        yield Fault(f"{path}.value", "must not be set when operation is REMOVE", "remove it")
