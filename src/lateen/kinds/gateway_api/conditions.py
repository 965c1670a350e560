"""What the statuses of the Gateway API's kinds say.

https://gateway-api.sigs.k8s.io/reference/spec/#routestatus
"""

from collections.abc import Callable, Mapping
from typing import Annotated, Any, Literal

from msgspec import Meta

from lateen.kinds.gateway_api.names import ControllerName
from lateen.kinds.gateway_api.references import ParentReference
from lateen.kinds.model import Model, Timestamp
from lateen.kinds.schema_rules import stating

_REASON = r"^[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?$"
_TYPE = (
    r"^([a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*/)?"
    r"(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])$"
)


class Condition(Model, frozen=True, kw_only=True):
    """One condition, as Kubernetes' controllers write them."""

    type: Annotated[str, Meta(pattern=_TYPE, max_length=316)]
    status: Literal["True", "False", "Unknown"]
    reason: Annotated[str, Meta(pattern=_REASON, min_length=1, max_length=1024)]
    message: Annotated[str, Meta(max_length=32768)]
    last_transition_time: Timestamp
    observed_generation: Annotated[int, Meta(ge=0, extra_json_schema=stating(format="int64"))] = 0


Conditions = Annotated[tuple[Condition, ...], Meta(max_length=8)]


def pending(*types: str) -> tuple[Condition, ...]:
    """The conditions of an object that no controller has looked at yet."""
    return tuple(
        Condition(
            type=each,
            status="Unknown",
            reason="Pending",
            message="Waiting for controller",
            last_transition_time="1970-01-01T00:00:00Z",
        )
        for each in types
    )


class SupportedFeature(Model, frozen=True, kw_only=True):
    """What an implementation says that it can do."""

    name: str


class ClassStatus(Model, frozen=True, kw_only=True):
    """Whether a controller took a class."""

    conditions: Conditions = pending("Accepted")
    supported_features: Annotated[tuple[SupportedFeature, ...], Meta(max_length=64)] = ()


class RouteParentStatus(Model, frozen=True, kw_only=True):
    """What one controller says of a route at one parent."""

    parent_ref: ParentReference
    controller_name: ControllerName
    conditions: Annotated[tuple[Condition, ...], Meta(min_length=1, max_length=8)] = ()


class RouteStatus(Model, frozen=True, kw_only=True):
    """A route's status, by parent."""

    parents: Annotated[tuple[RouteParentStatus, ...], Meta(max_length=32)] = ()


class PolicyAncestorStatus(Model, frozen=True, kw_only=True):
    """What one controller says of a policy at one Gateway."""

    ancestor_ref: ParentReference
    controller_name: ControllerName
    conditions: Annotated[tuple[Condition, ...], Meta(min_length=1, max_length=8)] = ()


class PolicyStatus(Model, frozen=True, kw_only=True):
    """A policy's status, by what it takes effect at."""

    ancestors: Annotated[tuple[PolicyAncestorStatus, ...], Meta(max_length=16)] = ()


def condition_cell(name: str) -> Callable[[Mapping[str, Any]], str]:
    """Make the printed column of a condition: True, False or Unknown, "" while there is none."""

    def cell(raw: Mapping[str, Any]) -> str:
        found = (raw.get("status") or {}).get("conditions") or ()
        return next((str(each.get("status")) for each in found if each.get("type") == name), "")

    return cell
