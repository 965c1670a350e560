"""What every object carries: its name, labels, owners."""

from collections.abc import Iterator, Mapping
from typing import Any

from lateen.base.errors import Fault
from lateen.kinds.label_selector import label_faults
from lateen.kinds.model import Model, Timestamp
from lateen.kinds.names import NAMESPACE_RULE, is_label, is_path_segment, is_subdomain


class OwnerReference(Model, frozen=True, kw_only=True):
    """The object that this one belongs to and goes with."""

    api_version: str
    kind: str
    name: str
    uid: str
    controller: bool = False
    block_owner_deletion: bool = False


class ObjectMeta(Model, frozen=True, kw_only=True):
    """Metadata of any object. Times are RFC 3339 text, "" when not set."""

    name: str = ""
    generate_name: str = ""
    namespace: str = ""
    uid: str = ""
    resource_version: str = ""
    generation: int = 0
    creation_timestamp: Timestamp = ""
    deletion_timestamp: Timestamp = ""
    deletion_grace_period_seconds: int | None = None
    labels: Mapping[str, str] = {}
    annotations: Mapping[str, str] = {}
    owner_references: tuple[OwnerReference, ...] = ()
    finalizers: tuple[str, ...] = ()
    managed_fields: tuple[Any, ...] = ()
    self_link: str = ""
    cluster_name: str = ""


def validate_meta(meta: ObjectMeta, namespaced: bool, *, free: bool = False) -> Iterator[Fault]:
    """Yield what is wrong with names and labels; `free`: the name may be any segment of a path.

    Source: Kubernetes' object names and label syntax.
    """
    if not meta.name and not meta.generate_name:
        yield Fault("metadata.name", "is required")
    elif free and meta.name and not is_path_segment(meta.name):
        yield Fault("metadata.name", f'"{meta.name}" is not a name: no "/" and no "%", not "." nor ".."')
    elif meta.name and not free and not is_subdomain(meta.name):
        message = f'"{meta.name}" is not a name: lower-case letters, digits, "-" and ".", at most 253'
        yield Fault("metadata.name", message)
    if meta.namespace and not namespaced:
        yield Fault("metadata.namespace", "this kind has no namespace: it is cluster-scoped", "remove it")
    elif meta.namespace and not is_label(meta.namespace):
        yield Fault("metadata.namespace", f'"{meta.namespace}" is not a namespace: {NAMESPACE_RULE}')
    if meta.labels:
        yield from label_faults("metadata.labels", meta.labels)
