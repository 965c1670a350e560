"""Sets of an object's fields, as `managedFields` record them: who set what."""

import json
from collections.abc import Iterable
from typing import Any

from lateen.apiserver.shapes import Rule, Shape

# A path is a tuple of the steps that `fieldsV1` uses: "f:spec", 'k:{"name":"web"}' (an item of a list that merges
# by key), 'v:"text"' (a member of a set). An item's own path stands for its existence.
Path = tuple[str, ...]
Fields = frozenset[Path]

NONE: Fields = frozenset()


def fields_of(value: Any, shape: Shape, path: Path = ()) -> Fields:
    """Every leaf of `value`: plain values, lists replaced whole, empty objects, and items of keyed lists."""
    found: set[Path] = set()
    _collect(value, shape, path, found)
    return frozenset(found)


def _collect(value: Any, shape: Shape, path: Path, found: set[Path]) -> None:
    members = list(_members(value, shape))
    if path and (not members or path[-1].startswith("k:")):
        found.add(path)
    for step, member, place in members:
        _collect(member, place, (*path, step), found)


def _members(value: Any, shape: Shape) -> Iterable[tuple[str, Any, Shape]]:
    """Yield (step, value, shape) of what lies within a value; nothing for a leaf."""
    if isinstance(value, dict) and not shape.is_atomic:
        for name, member in value.items():
            yield f"f:{name}", member, shape.child(name)
    elif isinstance(value, list) and (rule := shape.rule) is not None and rule.holds(value):
        for item in value:
            yield _step(rule, item), (None if rule.is_set else item), shape


def _step(rule: Rule, item: Any) -> str:
    return f"v:{json.dumps(item)}" if rule.is_set else f"k:{rule.key_of(item)}"


def differences(before: Any, after: Any, shape: Shape) -> tuple[Fields, Fields]:
    """Compare two states: (leaves that are new or changed in `after`, leaves that `after` no longer has)."""
    changed: set[Path] = set()
    removed: set[Path] = set()
    _compare(before, after, shape, (), (changed, removed))
    return frozenset(changed), frozenset(removed)


def _compare(before: Any, after: Any, shape: Shape, path: Path, found: tuple[set[Path], set[Path]]) -> None:
    if before == after:
        return
    changed, removed = found
    old = {step: (value, place) for step, value, place in _members(before, shape)}
    new = {step: (value, place) for step, value, place in _members(after, shape)}
    if not old or not new:
        _collect(after, shape, path, changed)
        leaves: set[Path] = set()
        _collect(before, shape, path, leaves)
        removed |= leaves - changed
        return
    for step, (value, place) in new.items():
        if step in old:
            _compare(old[step][0], value, place, (*path, step), found)
        else:
            _collect(value, place, (*path, step), changed)
    for step in old.keys() - new.keys():
        _collect(old[step][0], old[step][1], (*path, step), removed)


def encode(fields: Iterable[Path]) -> dict[str, Any]:
    """Write a set as `fieldsV1`."""
    tree: dict[str, Any] = {}
    for path in sorted(fields):
        node = tree
        for step in path:
            node = node.setdefault(step, {})
        node["."] = {}
    return _without_leaf_marks(tree)


def _without_leaf_marks(node: dict[str, Any]) -> dict[str, Any]:
    """A leaf is {}; only what is a member and has members of its own says so by "."."""
    if node.keys() == {"."}:
        return {}
    return {step: {} if step == "." else _without_leaf_marks(member) for step, member in node.items()}


def decode(tree: dict[str, Any], path: Path = ()) -> Fields:
    """Read a set from `fieldsV1`."""
    if not tree:
        return frozenset({path}) if path else NONE
    found: set[Path] = set()
    for step, member in tree.items():
        found |= {path} if step == "." else decode(member, (*path, step))
    return frozenset(found)


_ABSENT = object()


def value_at(value: Any, path: Path, shape: Shape) -> Any:
    """The value at `path`; a private object that equals nothing else when there is none."""
    for step in path:
        if step.startswith("f:"):
            value = value.get(step[2:], _ABSENT) if isinstance(value, dict) else _ABSENT
            shape = shape.child(step[2:])
        else:
            rule = shape.rule
            items = value if rule is not None and rule.holds(value) else []
            value = next((item for item in items if rule and _step(rule, item) == step), _ABSENT)
    return value


def without(value: Any, path: Path, shape: Shape) -> Any:
    """Return `value` without what is at `path`; what becomes empty by it goes too."""
    step, rest = path[0], path[1:]
    if step.startswith("f:"):
        name = step[2:]
        if not isinstance(value, dict) or name not in value:
            return value
        member = without(value[name], rest, shape.child(name)) if rest else None
        left = {key: kept for key, kept in value.items() if key != name}
        return value | {name: member} if member or (rest and member == value[name]) else left
    rule = shape.rule
    if rule is None or not rule.holds(value):
        return value
    items = [
        without(item, rest, shape) if rest and _step(rule, item) == step else item
        for item in value
        if rest or _step(rule, item) != step
    ]
    return [item for item in items if item != {}]


def shown(path: Path) -> str:
    """Write a path for people: `.spec.containers[name="web"].image`."""
    text = ""
    for step in path:
        if step.startswith("f:"):
            text += f".{step[2:]}"
        elif step.startswith("k:"):
            pairs = json.loads(step[2:]).items()
            text += "[" + ",".join(f"{key}={json.dumps(value)}" for key, value in pairs) + "]"
        else:
            text += f"[={step[2:]}]"
    return text
