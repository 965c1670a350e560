"""Owner references: who made an object, and goes with it."""

from typing import Any

from lateen.base.refs import Key

Json = dict[str, Any]


def owned_by(owner: Json, api_version: str, kind: str) -> Json:
    """The controller reference to `owner`."""
    return {
        "apiVersion": api_version,
        "kind": kind,
        "name": owner["metadata"]["name"],
        "uid": owner["metadata"]["uid"],
        "controller": True,
        "blockOwnerDeletion": True,
    }


def controller_key(raw: Json, kind: str) -> list[Key]:
    """The key of the object of `kind` that controls `raw`: none or one."""
    return [
        Key(raw["metadata"].get("namespace", ""), reference["name"])
        for reference in raw["metadata"].get("ownerReferences") or ()
        if reference.get("controller") and reference["kind"] == kind
    ]
