"""Lay what a user wrote for the proxy's container over the template, as a strategic merge does."""

from collections.abc import Mapping, Sequence
from typing import Any

# Lists of a container whose items are merged by a key; other lists (args, command) are replaced whole.
_KEYS = {"env": "name", "ports": "containerPort", "volumeMounts": "mountPath"}


def merge_container(template: Mapping[str, Any], override: Mapping[str, Any]) -> dict[str, Any]:
    """Return `template` with `override` over it. Image `auto` means the template's, pulled as the template says: the
    policy Always beside it is what API servers write beside an image without a tag."""
    given = dict(override)
    if given.get("image") == "auto":
        del given["image"]
        if given.get("imagePullPolicy") == "Always":
            del given["imagePullPolicy"]
    return _merge(template, given)


def _merge(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(below)
    for name, value in above.items():
        old = merged.get(name)
        if isinstance(old, Mapping) and isinstance(value, Mapping):
            merged[name] = _merge(old, value)
        elif name in _KEYS and isinstance(old, list):
            merged[name] = merge_named(old, value, _KEYS[name])
        else:
            merged[name] = value
    return merged


def merge_named(below: Sequence[Mapping[str, Any]], above: Sequence[Mapping[str, Any]], key: str) -> list[Any]:
    """Return the items of both; an item of `above` replaces that of `below` with the same `key`, in place."""
    items = {item.get(key): item for item in below}
    items.update((item.get(key), item) for item in above)
    return list(items.values())
