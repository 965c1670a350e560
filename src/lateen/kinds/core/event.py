"""Event: something that happened to an object."""

from collections.abc import Mapping
from typing import Any

from lateen.kinds.meta import ObjectMeta
from lateen.kinds.model import OpenModel
from lateen.kinds.spec import Column, KindSpec


class ObjectReference(OpenModel, frozen=True, kw_only=True):
    """The object that it happened to."""

    api_version: str = ""
    kind: str = ""
    namespace: str = ""
    name: str = ""
    uid: str = ""
    resource_version: str = ""
    field_path: str = ""


class Event(OpenModel, frozen=True, kw_only=True):
    """The whole object. `type`: Normal or Warning; `reason`: one word; `message`: for people."""

    api_version: str
    kind: str
    metadata: ObjectMeta
    involved_object: ObjectReference = ObjectReference()
    type: str = ""
    reason: str = ""
    message: str = ""
    action: str = ""
    count: int = 0
    first_timestamp: str = ""
    last_timestamp: str = ""
    event_time: str = ""
    series: Mapping[str, Any] | None = None
    source: Mapping[str, Any] | None = None
    related: Mapping[str, Any] | None = None
    reporting_component: str = ""
    reporting_instance: str = ""


def _object(raw: Mapping[str, Any]) -> str:
    found = raw.get("involvedObject") or {}
    return f"{str(found.get('kind', '')).lower()}/{found.get('name', '')}"


SPEC = KindSpec(
    group="",
    kind="Event",
    plural="events",
    versions=("v1",),
    short_names=("ev",),
    model=Event,
    open=True,
    columns=(
        Column("Last Seen", ".lastTimestamp", "date"),
        Column("Type", ".type"),
        Column("Reason", ".reason"),
        Column("Object", cell=_object),
        Column("Message", ".message"),
    ),
)
