"""Refuse changes to fields that cannot change once an object exists."""

from collections.abc import Iterator, Mapping
from typing import Any

from lateen.base.errors import Fault
from lateen.kinds.spec import KindSpec

Raw = dict[str, Any]

_FIXED: Mapping[tuple[str, str], tuple[str, ...]] = {
    ("apps", "Deployment"): ("spec.selector",),
    ("apps", "ReplicaSet"): ("spec.selector",),
    ("", "Secret"): ("type",),
    ("certificates.k8s.io", "CertificateSigningRequest"): ("spec",),
    ("rbac.authorization.k8s.io", "RoleBinding"): ("roleRef",),
    ("rbac.authorization.k8s.io", "ClusterRoleBinding"): ("roleRef",),
}
# What a running pod lets change; everything else of its spec stays as it was.
_POD_FREE = frozenset({"activeDeadlineSeconds", "terminationGracePeriodSeconds", "tolerations"})
_CONTAINER_FREE = frozenset({"image"})


def frozen_faults(kind: KindSpec, before: Raw, after: Raw) -> Iterator[Fault]:
    """Yield every field that changed and must not."""
    for path in _FIXED.get((kind.group, kind.kind), ()):
        if _at(before, path) != _at(after, path):
            yield Fault(path, "field is immutable")
    if kind.kind in ("ConfigMap", "Secret") and before.get("immutable"):
        for field in ("data", "binaryData", "immutable"):
            if before.get(field) != after.get(field):
                yield Fault(field, "field is immutable when `immutable` is set")
    if (kind.group, kind.kind) == ("", "Pod") and _pod_rest(before["spec"]) != _pod_rest(after["spec"]):
        free = "`spec.containers[*].image`, `spec.initContainers[*].image`"
        more = "`spec.activeDeadlineSeconds`, `spec.terminationGracePeriodSeconds`, `spec.tolerations`"
        yield Fault("spec", f"Forbidden: pod updates may not change fields other than {free}, {more}")


def _at(raw: Raw, path: str) -> Any:
    value: Any = raw
    for step in path.split("."):
        value = value.get(step) if isinstance(value, dict) else None
    return value


def _pod_rest(spec: Raw) -> Raw:
    rest = {name: value for name, value in spec.items() if name not in _POD_FREE}
    for field in ("containers", "initContainers"):
        items = spec.get(field) or ()
        rest[field] = [{k: v for k, v in item.items() if k not in _CONTAINER_FREE} for item in items]
    return rest
