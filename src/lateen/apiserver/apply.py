"""Server-side apply: merge what a manager wants, refuse what another owns, drop what it no longer wants."""

import json
from dataclasses import replace
from typing import Any

from lateen.apiserver import fields as field_sets
from lateen.apiserver.fields import NONE, Fields, Path
from lateen.apiserver.ownership import Manager, Owner, owned_part, owners_of, record
from lateen.apiserver.shapes import Rule, Shape
from lateen.apiserver.status import Refusal

# https://kubernetes.io/docs/reference/using-api/server-side-apply/

Raw = dict[str, Any]

_LAST = "kubectl.kubernetes.io/last-applied-configuration"
_KUBECTL, _CLIENT_SIDE = "kubectl", "kubectl-client-side-apply"


def apply(live: Raw, config: Raw, manager: Manager, shape: Shape, *, force: bool = False) -> Raw:
    """Return `live` after `manager` applied `config`, with ownership recorded in it.

    Raises Refusal 409 naming the other managers when a field that differs is theirs, unless `force`.
    """
    wanted = field_sets.fields_of(owned_part(config), shape)
    merged = live | _merged(owned_part(live), owned_part(config), shape)
    merged["metadata"] = live["metadata"] | merged.get("metadata", {})
    owners = owners_of(live) or [_before(live, manager, shape)]
    mine = next((owner.fields for owner in owners if _same(owner.manager, manager)), NONE)
    others = [owner for owner in owners if not _same(owner.manager, manager)]
    contested = {owner: _contested(owner.fields & wanted, live, merged, shape) for owner in others}
    refused = {owner: paths for owner, paths in contested.items() if paths and not _yields(owner, manager, live)}
    if not force and refused:
        raise _conflict(refused)
    others = [replace(owner, fields=owner.fields - contested[owner]) for owner in others]
    merged = _dropped(merged, mine - wanted, others, shape)
    return record(_noted(merged, config, manager), [*others, Owner(manager, wanted)])


def _before(live: Raw, manager: Manager, shape: Shape) -> Owner:
    """Who owns what nobody has recorded."""
    earlier = Manager("before-first-apply", "Update", manager.api_version, "", manager.time)
    return Owner(earlier, field_sets.fields_of(owned_part(live), shape))


def _yields(owner: Owner, manager: Manager, live: Raw) -> bool:
    """Whether an owner gives its fields up: what kubectl applied itself becomes what it applies on the server."""
    return manager.name == _KUBECTL and owner.manager.name == _CLIENT_SIDE and _LAST in _annotations(live)


def _noted(merged: Raw, config: Raw, manager: Manager) -> Raw:
    """Keep kubectl's own record of what it applied in step, so that it can go back to applying itself."""
    if manager.name != _KUBECTL or _LAST not in _annotations(merged):
        return merged
    text = json.dumps(config, separators=(",", ":")) + "\n"
    annotations = _annotations(merged) | {_LAST: text}
    return merged | {"metadata": merged["metadata"] | {"annotations": annotations}}


def _annotations(raw: Raw) -> Raw:
    return raw["metadata"].get("annotations") or {}


def _same(one: Manager, other: Manager) -> bool:
    """An applier stays itself when it changes the version it writes in."""
    return (one.name, one.operation, one.subresource) == (other.name, other.operation, other.subresource)


def _merged(live: Any, config: Any, shape: Shape) -> Any:
    if isinstance(config, dict) and isinstance(live, dict) and not shape.is_atomic:
        return live | {name: _merged(live.get(name), value, shape.child(name)) for name, value in config.items()}
    rule = shape.rule
    if isinstance(config, list) and rule is not None and rule.holds(config) and rule.holds(live):
        return _merged_list(live, config, rule, shape)
    return config


def _merged_list(live: list[Any], config: list[Any], rule: Rule, shape: Shape) -> list[Any]:
    """Items of the applied list come in its order; what only others hold follows."""
    if rule.is_set:
        return config + [item for item in live if item not in config]
    known = {rule.key_of(item): item for item in live}
    merged = [_merged(known.pop(rule.key_of(item), {}), item, shape) for item in config]
    return merged + list(known.values())


def _contested(shared: Fields, live: Raw, merged: Raw, shape: Shape) -> Fields:
    """The fields of `shared` that applying would change. That an item exists is nobody's alone."""
    return frozenset(
        path
        for path in shared
        if not path[-1].startswith(("k:", "v:"))
        and field_sets.value_at(live, path, shape) != field_sets.value_at(merged, path, shape)
    )


def _conflict(contested: dict[Owner, Fields]) -> Refusal:
    causes = [
        {
            "reason": "FieldManagerConflict",
            "message": f'conflict with "{owner.manager.name}"{_using(owner.manager)}',
            "field": field_sets.shown(path),
        }
        for owner, paths in contested.items()
        for path in sorted(paths)
    ]
    noun = "conflict" if len(causes) == 1 else "conflicts"
    told = ", ".join(f"{cause['message']}: {cause['field']}" for cause in causes)
    return Refusal(409, f"Apply failed with {len(causes)} {noun}: {told}", details={"causes": causes})


def _using(manager: Manager) -> str:
    subresource = f' with subresource "{manager.subresource}"' if manager.subresource else ""
    using = f" using {manager.api_version}" if manager.operation == "Update" else ""
    return subresource + using


def _dropped(raw: Raw, unwanted: Fields, others: list[Owner], shape: Shape) -> Raw:
    """Remove what the manager alone owned and wants no more; an item stays while others own a part of it."""
    held = {path[:length] for owner in others for path in owner.fields for length in range(1, len(path) + 1)}
    for path in sorted(unwanted, key=len):  # an item goes before its members: they name it
        if path not in held and not _names_item(path):
            raw = field_sets.without(raw, path, shape)
    return raw


def _names_item(path: Path) -> bool:
    """Say whether the field is a key of an item that stays."""
    return len(path) > 1 and path[-2].startswith("k:") and path[-1][2:] in json.loads(path[-2][2:])
