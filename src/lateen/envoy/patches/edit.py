"""Edit a list of named things: filters, chains, virtual hosts, routes."""

from collections.abc import Callable
from typing import Any

from lateen.envoy.patches.merge import merge, merge_any, same_type
from lateen.envoy.patches.value import value_of
from lateen.plan.patch import Patch

MERGES = ("MERGE", "MERGE_AND_REPLACE_LIST")
# Whether a member is meant; None: the patch does not name any.
Selects = Callable[[Any], bool] | None


def edit(members: list[Any], patch: Patch, selects: Selects) -> list[Any]:
    """Return the members as the patch leaves them; what it merges into is changed in place.

    https://istio.io/latest/docs/reference/config/networking/envoy-filter/#EnvoyFilter-Patch-Operation
    """
    meant = [index for index, one in enumerate(members) if selects is None or selects(one)]
    if patch.operation == "REMOVE":
        return [one for index, one in enumerate(members) if index not in meant]
    if patch.operation in MERGES:
        for index in meant:
            merge_patch(members[index], patch)
        return members
    if patch.operation == "REPLACE":
        new = value_of(patch.target, patch.value)
        at = meant[0] if meant and selects is not None else None
        return [new if index == at else one for index, one in enumerate(members)]
    at = _place(members, patch, selects, meant)
    return members if at is None else [*members[:at], value_of(patch.target, patch.value), *members[at:]]


def merge_patch(target: Any, patch: Patch) -> None:
    """Merge a patch's value into a message. A filter keeps its configuration when the patch's is of another type."""
    source, replace = value_of(patch.target, patch.value), patch.operation == "MERGE_AND_REPLACE_LIST"
    if patch.target in ("NETWORK_FILTER", "HTTP_FILTER", "LISTENER_FILTER") and source.HasField("typed_config"):
        if target.HasField("typed_config") and not same_type(target.typed_config, source.typed_config):
            return
        merge_any(target.typed_config, source.typed_config, replace_lists=replace)
        source.ClearField("typed_config")
    merge(target, source, replace_lists=replace)


def put_back(field: Any, members: list[Any]) -> None:
    """Write members into the repeated field that they were taken from."""
    kept = [member.__deepcopy__({}) for member in members]
    del field[:]
    field.extend(kept)


def _place(members: list[Any], patch: Patch, selects: Selects, meant: list[int]) -> int | None:
    """Where a new member goes; None: nowhere, for what it goes beside is not there."""
    match patch.operation:
        case "INSERT_FIRST":
            return 0 if meant or selects is None else None
        case "INSERT_BEFORE" if selects is None:
            return 0
        case "INSERT_BEFORE":
            return meant[0] if meant else None
        case "INSERT_AFTER" if selects is not None:
            return meant[0] + 1 if meant else None
    return len(members)
