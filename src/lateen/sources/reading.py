"""How a follower reads what the server sends: objects as written, or what the mesh reads of them."""

from collections.abc import Callable
from typing import Any, NamedTuple

import msgspec
from msgspec.structs import replace

from lateen.kinds.object import Object
from lateen.kinds.projection import Data, project, whole
from lateen.kinds.spec import KindSpec

Raw = dict[str, Any]

AUTHORITY = "ca.crt"


class Reading(NamedTuple):
    """One object, read. `basis`: what a later reading must differ from to be news; None: any version is.
    `status`: kept apart, where it is not part of `object`."""

    object: Any
    basis: Any = None
    status: Raw | None = None


# Reads an encoded object of a kind, served in a version. Raises msgspec.DecodeError when it is no JSON object.
Reader = Callable[[KindSpec, str, Data], Reading]


def as_written(kind: KindSpec, version: str, data: Data) -> Reading:
    """Everything, as a dict; items of a list lack apiVersion and kind, and get them."""
    raw: Raw = msgspec.json.decode(data)
    head = {"apiVersion": f"{kind.group}/{version}" if kind.group else version, "kind": kind.kind}
    return Reading(head | raw)


def for_mesh(kind: KindSpec, version: str, data: Data) -> Reading:
    """What the store takes: an `Object` of a kind that declares what is read, else a dict without its status, but
    for the conditions that the kind names.

    What does not fit its model is a dict too: the store says what is wrong with it. Changes that the mesh does not
    read (heartbeats, statuses, other people's fields) are no news.
    """
    if kind.reads and (found := project(kind, data)) is not None:
        return Reading(found, found.model)
    raw, status = whole(kind, data, version)
    if read := [_told(one) for one in status.get("conditions") or () if one.get("type") in kind.conditions]:
        raw["status"] = {"conditions": read}
    return Reading(raw, raw, None if kind.reads else status)


def authorities_only(root: str) -> Reader:
    """Make the reader of ConfigMaps: of those outside the namespace `root` the mesh reads certificates of authorities,
    and keeps nothing else."""

    def read(kind: KindSpec, version: str, data: Data) -> Reading:
        found = for_mesh(kind, version, data)
        if not isinstance(found.object, Object) or found.object.namespace == root:
            return found
        written = found.object.model
        model = replace(written, data={name: text for name, text in written.data.items() if name == AUTHORITY})
        return Reading(replace(found.object, model=model), model)

    return read


def _told(condition: Raw) -> Raw:
    """What a condition says, without when."""
    return {name: condition[name] for name in ("type", "status") if name in condition}
