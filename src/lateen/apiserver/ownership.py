"""Keep `managedFields`: which manager owns which fields, after every write."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from lateen.apiserver import fields as field_sets
from lateen.apiserver.fields import NONE, Fields
from lateen.apiserver.shapes import Shape

Raw = dict[str, Any]

# What the server sets or what names the object: nobody owns it.
_UNOWNED_META = frozenset(
    {
        "name",
        "namespace",
        "uid",
        "resourceVersion",
        "generation",
        "creationTimestamp",
        "deletionTimestamp",
        "deletionGracePeriodSeconds",
        "managedFields",
        "selfLink",
    }
)


@dataclass(frozen=True, slots=True)
class Manager:
    """Who writes, and how: `operation` is Apply or Update, `subresource` "" or e.g. status; `time` is RFC 3339."""

    name: str
    operation: str
    api_version: str
    subresource: str = ""
    time: str = ""

    @property
    def identity(self) -> tuple[str, str, str, str]:
        """What makes it one manager: everything but the time."""
        return self.name, self.operation, self.api_version, self.subresource


@dataclass(frozen=True, slots=True)
class Owner:
    """One entry of `managedFields`."""

    manager: Manager
    fields: Fields


def owned_part(raw: Raw) -> Raw:
    """What of an object can be owned: everything but what names it and what the server sets."""
    meta = {name: value for name, value in (raw.get("metadata") or {}).items() if name not in _UNOWNED_META}
    rest = {name: value for name, value in raw.items() if name not in ("apiVersion", "kind", "metadata")}
    return rest | ({"metadata": meta} if meta else {})


def owners_of(raw: Raw) -> list[Owner]:
    """Read `managedFields`; entries that cannot be read are left out."""
    entries = (raw.get("metadata") or {}).get("managedFields") or []
    return [_owner(entry) for entry in entries if isinstance(entry, dict) and entry.get("manager")]


def _owner(entry: Raw) -> Owner:
    names = ("manager", "operation", "apiVersion", "subresource", "time")
    return Owner(
        Manager(*(str(entry.get(name) or "") for name in names)), field_sets.decode(entry.get("fieldsV1") or {})
    )


def record(raw: Raw, owners: Iterable[Owner]) -> Raw:
    """Return `raw` with `managedFields` written from `owners`; empty ones go."""
    entries = [_entry(owner) for owner in owners if owner.fields]
    entries.sort(key=lambda entry: (entry["operation"], entry.get("subresource", ""), entry["time"], entry["manager"]))
    meta = {name: value for name, value in raw["metadata"].items() if name != "managedFields"}
    return raw | {"metadata": meta | ({"managedFields": entries} if entries else {})}


def _entry(owner: Owner) -> Raw:
    manager = owner.manager
    entry: Raw = {
        "manager": manager.name,
        "operation": manager.operation,
        "apiVersion": manager.api_version,
        "time": manager.time,
        "fieldsType": "FieldsV1",
        "fieldsV1": field_sets.encode(owner.fields),
    }
    return entry | ({"subresource": manager.subresource} if manager.subresource else {})


def record_update(before: Raw | None, after: Raw, manager: Manager, shape: Shape) -> Raw:
    """Return `after` with ownership after a plain write: who changes a field owns it, alone.

    Owners that the writer sent count: a single empty entry takes all ownership away.
    """
    live = before or {"metadata": {}}
    changed, removed = field_sets.differences(owned_part(live), owned_part(after), shape)
    owners = owners_of(after if (after["metadata"].get("managedFields") and before) else live)
    if not changed and not removed:
        return record(after, owners) if before else after
    mine = next((owner.fields for owner in owners if owner.manager.identity == manager.identity), NONE)
    others = [owner for owner in owners if owner.manager.identity != manager.identity]
    kept = [replace(owner, fields=owner.fields - changed - removed) for owner in others]
    return record(after, [*kept, Owner(manager, (mine - removed) | changed)])
