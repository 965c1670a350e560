"""Labels and what selects by them."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Literal

from msgspec import Meta

from lateen.base.errors import Fault
from lateen.kinds.model import Model
from lateen.kinds.names import VALUE_RULE, is_label_key, is_label_value
from lateen.kinds.paths import join
from lateen.kinds.schema_rules import CelRule, stating


class LabelSelectorRequirement(Model, frozen=True, kw_only=True):
    """One condition on a label."""

    key: str
    operator: Literal["In", "NotIn", "Exists", "DoesNotExist"]
    values: tuple[str, ...] = ()


class LabelSelector(Model, frozen=True, kw_only=True):
    """Kubernetes' selector: all conditions hold. Empty selects everything."""

    match_labels: Mapping[str, str] = {}
    match_expressions: tuple[LabelSelectorRequirement, ...] = ()


def selects(selector: LabelSelector, labels: Mapping[str, str]) -> bool:
    """Say whether every condition of `selector` holds for `labels`."""
    pairs = all(labels.get(key) == value for key, value in selector.match_labels.items())
    return pairs and all(_holds(condition, labels) for condition in selector.match_expressions)


def _holds(condition: LabelSelectorRequirement, labels: Mapping[str, str]) -> bool:
    value = labels.get(condition.key)
    match condition.operator:
        case "In":
            return value in condition.values
        case "NotIn":
            return value not in condition.values
        case "Exists":
            return value is not None
        case "DoesNotExist":
            return value is None


_NO_WILDCARD = CelRule('!self.contains("*")', "a selector knows no wildcard")
_Value = Annotated[str, Meta(max_length=63, extra_json_schema=stating(_NO_WILDCARD))]
_KEYS = stating(
    CelRule("self.all(key, !key.contains('*'))", "a selector knows no wildcard in keys"),
    CelRule("self.all(key, key != '')", "a label's key may not be empty"),
)


class WorkloadSelector(Model, frozen=True, kw_only=True):
    """Istio's selector of workloads (security kinds, DestinationRule)."""

    match_labels: Annotated[Mapping[str, _Value], Meta(max_length=4096, extra_json_schema=_KEYS)] = {}


class LabelsSelector(Model, frozen=True, kw_only=True):
    """The same under another name (ServiceEntry, Sidecar, EnvoyFilter)."""

    labels: Annotated[Mapping[str, _Value], Meta(max_length=256)] = {}


def label_faults(path: str, labels: Mapping[str, str]) -> Iterator[Fault]:
    """Yield what is wrong with labels at `path`."""
    for key, value in labels.items():
        if not is_label_key(key):
            yield Fault(join(path, key), f'"{key}" is not a label key: an optional DNS prefix and "/", {VALUE_RULE}')
        if not is_label_value(value):
            yield Fault(join(path, key), f'"{value}" is not a label value: {VALUE_RULE}')


def selector_faults(path: str, labels: Mapping[str, str]) -> Iterator[Fault]:
    """Yield what is wrong with the labels that an Istio selector names; there is no wildcard."""
    for key, value in labels.items():
        if "*" in key or "*" in value:
            yield Fault(join(path, key), "a selector knows no wildcard", "name the label exactly")
        elif not key:
            yield Fault(join(path, key), "a label's key may not be empty")
        elif not is_label_key(key) or not is_label_value(value):
            yield from label_faults(path, {key: value})
