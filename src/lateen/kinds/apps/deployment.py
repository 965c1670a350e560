"""Deployment: pods of one kind, and how they are replaced by newer ones."""

from collections.abc import Iterator, Mapping
from typing import Any, Literal

from lateen.base.errors import Fault
from lateen.kinds.core.pod_spec import PodTemplate, template_faults
from lateen.kinds.label_selector import LabelSelector
from lateen.kinds.meta import ObjectMeta
from lateen.kinds.model import OpenModel
from lateen.kinds.numbers import count_faults
from lateen.kinds.spec import AGE, Column, KindSpec


class RollingUpdate(OpenModel, frozen=True, kw_only=True):
    """Numbers, or percentages as "25%"."""

    max_surge: int | str | None = None
    max_unavailable: int | str | None = None


class Strategy(OpenModel, frozen=True, kw_only=True):
    """How old pods give way to new ones."""

    type: Literal["RollingUpdate", "Recreate", ""] = "RollingUpdate"
    rolling_update: RollingUpdate | None = None


class DeploymentSpec(OpenModel, frozen=True, kw_only=True):
    """`selector` must match the template's labels."""

    replicas: int = 1
    selector: LabelSelector
    template: PodTemplate
    strategy: Strategy = Strategy()
    min_ready_seconds: int = 0
    revision_history_limit: int = 10
    progress_deadline_seconds: int = 600
    paused: bool = False


class DeploymentStatus(OpenModel, frozen=True, kw_only=True):
    """Counts of pods."""

    observed_generation: int = 0
    replicas: int = 0
    updated_replicas: int = 0
    ready_replicas: int = 0
    available_replicas: int = 0
    unavailable_replicas: int = 0
    terminating_replicas: int = 0
    collision_count: int = 0
    conditions: tuple[Mapping[str, Any], ...] = ()


class Deployment(OpenModel, frozen=True, kw_only=True):
    """The whole object."""

    api_version: str
    kind: str
    metadata: ObjectMeta
    spec: DeploymentSpec
    status: DeploymentStatus = DeploymentStatus()


def validate(found: Deployment) -> Iterator[Fault]:
    """Yield what is wrong beyond the schema."""
    yield from count_faults("spec.replicas", found.spec.replicas)
    if not found.spec.selector.match_labels and not found.spec.selector.match_expressions:
        yield Fault("spec.selector", "is empty: it must name labels of the template")
    yield from template_faults("spec.template", found.spec.template, found.spec.selector.match_labels)


def _ready(raw: Mapping[str, Any]) -> str:
    wanted = (raw.get("spec") or {}).get("replicas", 1)
    return f"{(raw.get('status') or {}).get('readyReplicas') or 0}/{wanted}"


def _count(name: str) -> Column:
    titles = {"updatedReplicas": "Up-to-date", "availableReplicas": "Available"}
    return Column(titles[name], cell=lambda raw: str((raw.get("status") or {}).get(name) or 0), type="integer")


SPEC = KindSpec(
    group="apps",
    kind="Deployment",
    plural="deployments",
    versions=("v1",),
    short_names=("deploy",),
    categories=("all",),
    model=Deployment,
    validate=validate,
    open=True,
    columns=(Column("Ready", cell=_ready), _count("updatedReplicas"), _count("availableReplicas"), AGE),
)
