"""Strategic merge patch: lists of built-in kinds merge by key, `$` directives delete, replace and order."""

from typing import Any

from lateen.apiserver.shapes import Rule, Shape
from lateen.apiserver.status import bad_request

# https://kubernetes.io/docs/tasks/manage-kubernetes-objects/update-api-object-kubectl-patch/
# and the community's "strategic-merge-patch" page.
_PATCH, _RETAIN = "$patch", "$retainKeys"
_ORDER, _DELETE = "$setElementOrder/", "$deleteFromPrimitiveList/"


def strategic_patch(document: dict[str, Any], patch: Any, shape: Shape) -> dict[str, Any]:
    """Return `document` with `patch` merged in. Raises Refusal 400 for a patch that is none."""
    if not isinstance(patch, dict):
        raise bad_request("a strategic merge patch is an object")
    return _merge(document, patch, shape)


def _merge(original: dict[str, Any], patch: dict[str, Any], shape: Shape) -> dict[str, Any]:
    directive = patch.get(_PATCH)
    if directive == "replace":
        return {name: _plain(value) for name, value in patch.items() if not name.startswith("$")}
    if directive == "delete":
        return {}
    if directive not in (None, "merge"):
        raise bad_request(f"unknown $patch directive {directive!r}")
    merged = {name: value for name, value in original.items() if name in patch.get(_RETAIN, original)}
    for name in _names(patch):
        value = _member(merged.get(name), name, patch, shape.child(name))
        if value is None:
            merged.pop(name, None)
        else:
            merged[name] = value
    return merged


def _names(patch: dict[str, Any]) -> list[str]:
    """Every member that the patch touches, in order, those touched only by a directive too."""
    names: dict[str, None] = {}
    for name in patch:
        if name.startswith((_ORDER, _DELETE)):
            names.setdefault(name.partition("/")[2])
        elif name not in (_PATCH, _RETAIN):
            names.setdefault(name)
    return list(names)


def _member(original: Any, name: str, patch: dict[str, Any], shape: Shape) -> Any:
    if name in patch and patch[name] is None:
        return None
    value = patch.get(name)
    if isinstance(value, dict):
        return _merge(original, value, shape) if isinstance(original, dict) else _plain(value)
    if isinstance(value, list) or value is None:
        deleted, order = patch.get(_DELETE + name), patch.get(_ORDER + name)
        return _list(original, value or [], (deleted or [], order), shape)
    return value


def _list(original: Any, patch: list[Any], directives: tuple[list[Any], list[Any] | None], shape: Shape) -> Any:
    rule, (deleted, order) = shape.rule, directives
    if rule is None or any(isinstance(item, dict) and item.get(_PATCH) == "replace" for item in patch):
        return [_plain(item) for item in patch if not (isinstance(item, dict) and item.get(_PATCH) == "replace")]
    live = original if isinstance(original, list) else []
    if rule.is_set:
        kept = [item for item in live if item not in deleted]
        merged = kept + [item for item in patch if item not in kept]
    else:
        merged = _keyed(live, patch, rule, shape)
    return merged if order is None else _ordered(merged, order, live, rule)


def _keyed(live: list[Any], patch: list[Any], rule: Rule, shape: Shape) -> list[Any]:
    merged = {_identity(item, rule): item for item in live}
    for item in patch:
        identity = _identity(item, rule)
        if item.get(_PATCH) == "delete":
            merged.pop(identity, None)
        elif identity in merged:
            merged[identity] = _merge(merged[identity], item, shape)
        else:
            merged[identity] = _plain(item)
    return list(merged.values())


def _identity(item: Any, rule: Rule) -> Any:
    """What names an item of a list. When patching, the first key alone counts."""
    if rule.is_set:
        return item
    if not isinstance(item, dict) or rule.keys[0] not in item:
        raise bad_request(f"an item of a list that merges by {rule.keys[0]!r} has no {rule.keys[0]!r}")
    return item[rule.keys[0]]


def _ordered(merged: list[Any], order: list[Any], live: list[Any], rule: Rule) -> list[Any]:
    """Order the items that the patch names as it wants; the others keep their place among the live ones."""
    wanted = {_identity(item, rule): place for place, item in enumerate(order)}
    places = {_identity(item, rule): place for place, item in enumerate(live)}
    named = [item for item in merged if _identity(item, rule) in wanted]
    named.sort(key=lambda item: wanted[_identity(item, rule)])
    start = 0
    for item in merged:
        if (identity := _identity(item, rule)) in wanted:
            continue
        while start < len(named) and places.get(_identity(named[start], rule), -1) < places.get(identity, len(live)):
            start += 1
        named.insert(start, item)
        start += 1
    return named


def _plain(value: Any) -> Any:
    """A value of the patch on its own: without directives, and without nulls within objects."""
    if isinstance(value, dict):
        return {
            name: _plain(member) for name, member in value.items() if member is not None and not name.startswith("$")
        }
    if isinstance(value, list):
        return [_plain(item) for item in value if not (isinstance(item, dict) and item.get(_PATCH) == "delete")]
    return value
