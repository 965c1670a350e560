"""ListenerSet: more listeners for a Gateway, from another namespace.

https://gateway-api.sigs.k8s.io/reference/spec/#listenerset
"""

from collections.abc import Iterator
from typing import Annotated

from msgspec import Meta

from lateen.base.errors import Fault
from lateen.kinds.gateway_api.conditions import Conditions, condition_cell, pending
from lateen.kinds.gateway_api.listeners import Listener, ListenerStatus, listeners_faults
from lateen.kinds.gateway_api.names import CATEGORIES, GROUP, Group, Kind, Namespace, ObjectName
from lateen.kinds.meta import ObjectMeta
from lateen.kinds.model import Model
from lateen.kinds.spec import AGE, Column, KindSpec


class ParentGatewayReference(Model, frozen=True, kw_only=True):
    """The Gateway that the listeners are for."""

    group: Group = GROUP
    kind: Kind = "Gateway"
    name: ObjectName
    namespace: Namespace = ""


class ListenerSetSpec(Model, frozen=True, kw_only=True):
    """What is listened for."""

    parent_ref: ParentGatewayReference
    listeners: Annotated[tuple[Listener, ...], Meta(min_length=1, max_length=64)]


class ListenerSetStatus(Model, frozen=True, kw_only=True):
    """What became of the listeners."""

    conditions: Conditions = pending("Accepted", "Programmed")
    listeners: Annotated[tuple[ListenerStatus, ...], Meta(max_length=64)] = ()


class ListenerSet(Model, frozen=True, kw_only=True):
    """The whole object."""

    api_version: str
    kind: str
    metadata: ObjectMeta
    spec: ListenerSetSpec
    status: ListenerSetStatus = ListenerSetStatus()


def validate(found: ListenerSet) -> Iterator[Fault]:
    """Yield what is wrong beyond the schema."""
    yield from listeners_faults("spec.listeners", found.spec.listeners)


SPEC = KindSpec(
    group=GROUP,
    kind="ListenerSet",
    plural="listenersets",
    versions=("v1",),
    short_names=("lset",),
    categories=CATEGORIES,
    defaulted=True,
    model=ListenerSet,
    validate=validate,
    columns=(
        Column("Accepted", cell=condition_cell("Accepted")),
        Column("Programmed", cell=condition_cell("Programmed")),
        AGE,
    ),
)
