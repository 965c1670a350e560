"""What an Istio policy is for: workloads by their labels, or an object that it is attached to.

https://istio.io/latest/docs/reference/config/type/workload-selector/#PolicyTargetReference
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated

from msgspec import Meta

from lateen.base.errors import Fault
from lateen.kinds.label_selector import WorkloadSelector, selector_faults
from lateen.kinds.model import Model
from lateen.kinds.schema_rules import CelRule, only_one_of, stating

_GROUP = r"^$|^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$"
_KIND = r"^[a-zA-Z]([-a-zA-Z0-9]*[a-zA-Z0-9])?$"
_GATEWAY_API = "gateway.networking.k8s.io"
_TARGETS = frozenset(
    {
        ("", "Service"),
        ("core", "Service"),
        ("networking.istio.io", "ServiceEntry"),
        (_GATEWAY_API, "Gateway"),
        (_GATEWAY_API, "GatewayClass"),
    }
)


_SAME_NAMESPACE = CelRule("self == ''", "cross namespace referencing is not currently supported")


class PolicyTargetReference(Model, frozen=True, kw_only=True):
    """An object of the policy's own namespace (a GatewayClass: of the cluster)."""

    group: Annotated[str, Meta(max_length=253, pattern=_GROUP)] = ""
    kind: Annotated[str, Meta(min_length=1, max_length=63, pattern=_KIND)]
    name: Annotated[str, Meta(min_length=1, max_length=253)]
    namespace: Annotated[str, Meta(extra_json_schema=stating(_SAME_NAMESPACE))] = ""


ATTACHED = only_one_of("selector", "targetRef", "targetRefs", message="only one of targetRefs or selector can be set")
PolicyTargetReferences = Annotated[tuple[PolicyTargetReference, ...], Meta(max_length=16)]


def attachment_faults(
    selector: WorkloadSelector | None, target: PolicyTargetReference | None, targets: Sequence[PolicyTargetReference]
) -> Iterator[Fault]:
    """Yield what is wrong with `spec.selector`, `spec.targetRef` and `spec.targetRefs` of a policy."""
    yield from target_faults(target, targets, "selector" if selector is not None else "")
    if selector is not None:
        yield from labels_faults("spec.selector", "matchLabels", selector.match_labels)


def target_faults(
    target: PolicyTargetReference | None, targets: Sequence[PolicyTargetReference], selector: str = ""
) -> Iterator[Fault]:
    """Yield what is wrong with targets; `selector`: the name of the selector beside them, "" for none."""
    given = {selector: bool(selector), "targetRef": target is not None, "targetRefs": bool(targets)}
    names = [name for name, present in given.items() if present]
    if len(names) > 1:
        fix = "split it into several policies"
        yield Fault("spec", f"only one of targetRefs or selector can be set, not {' and '.join(names)}", fix)
    if target is not None:
        yield from _reference_faults("spec.targetRef", target)
    for index, one in enumerate(targets):
        yield from _reference_faults(f"spec.targetRefs[{index}]", one)


def labels_faults(path: str, field: str, labels: Mapping[str, str]) -> Iterator[Fault]:
    """Yield what is wrong with the labels in `field` of a selector at `path`; none is a warning."""
    if not labels:
        yield Fault(path, "selects every workload", f"name {field}, or remove it", "warning")
    yield from selector_faults(f"{path}.{field}", labels)


def _reference_faults(path: str, target: PolicyTargetReference) -> Iterator[Fault]:
    if (target.group, target.kind) not in _TARGETS:
        found = f"{target.group or 'core'}/{target.kind}"
        fix = f"a Service, {_GATEWAY_API}/Gateway or GatewayClass, networking.istio.io/ServiceEntry"
        yield Fault(f"{path}.kind", f"a policy cannot be attached to {found}", fix)
    if target.namespace:
        message = "cross namespace referencing is not currently supported"
        yield Fault(f"{path}.namespace", message, "remove it; put the policy into that namespace")
