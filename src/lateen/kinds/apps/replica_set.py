"""ReplicaSet: so many pods of one template."""

from collections.abc import Iterator, Mapping
from typing import Any

from lateen.base.errors import Fault
from lateen.kinds.core.pod_spec import PodTemplate, template_faults
from lateen.kinds.label_selector import LabelSelector
from lateen.kinds.meta import ObjectMeta
from lateen.kinds.model import OpenModel
from lateen.kinds.numbers import count_faults
from lateen.kinds.spec import AGE, Column, KindSpec


class ReplicaSetSpec(OpenModel, frozen=True, kw_only=True):
    """`selector` must match the template's labels."""

    replicas: int = 1
    selector: LabelSelector
    template: PodTemplate
    min_ready_seconds: int = 0


class ReplicaSetStatus(OpenModel, frozen=True, kw_only=True):
    """Counts of pods."""

    observed_generation: int = 0
    replicas: int = 0
    fully_labeled_replicas: int = 0
    ready_replicas: int = 0
    available_replicas: int = 0
    terminating_replicas: int = 0
    conditions: tuple[Mapping[str, Any], ...] = ()


class ReplicaSet(OpenModel, frozen=True, kw_only=True):
    """The whole object."""

    api_version: str
    kind: str
    metadata: ObjectMeta
    spec: ReplicaSetSpec
    status: ReplicaSetStatus = ReplicaSetStatus()


def validate(found: ReplicaSet) -> Iterator[Fault]:
    """Yield what is wrong beyond the schema."""
    yield from count_faults("spec.replicas", found.spec.replicas)
    yield from template_faults("spec.template", found.spec.template, found.spec.selector.match_labels)


SPEC = KindSpec(
    group="apps",
    kind="ReplicaSet",
    plural="replicasets",
    versions=("v1",),
    short_names=("rs",),
    categories=("all",),
    model=ReplicaSet,
    validate=validate,
    open=True,
    columns=(
        Column("Desired", ".spec.replicas", "integer"),
        Column("Current", cell=lambda raw: str((raw.get("status") or {}).get("replicas") or 0)),
        Column("Ready", cell=lambda raw: str((raw.get("status") or {}).get("readyReplicas") or 0)),
        AGE,
    ),
)
