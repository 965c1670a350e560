"""Join what is made of settings that differ in one switch each: a tree in which every part knows when it is there."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple


class Variant(NamedTuple):
    """What is made where a switch is off. `condition`: that it is on, as Helm says it."""

    condition: str
    made: Any


@dataclass(slots=True)
class Node:
    """A part of a tree. `value`: a dict or a list of nodes, or a scalar. `conditions`: it is there when all hold.
    `otherwise`: what a scalar is, when a condition does not hold."""

    value: Any
    conditions: tuple[str, ...] = ()
    otherwise: tuple[Variant, ...] = ()


def weave(base: Any, variants: Sequence[Variant] = ()) -> Node:
    """Join `base`, made with every switch on, with the variants. A switch must not change what another one adds."""
    variants = [one for one in variants if one.made != base]
    if isinstance(base, dict) and all(isinstance(one.made, dict) for one in variants):
        return Node(dict(_woven(list(base.items()), [(one.condition, list(one.made.items())) for one in variants])))
    if isinstance(base, list) and all(isinstance(one.made, list) for one in variants):
        named = [(one.condition, _named(one.made)) for one in variants]
        return Node([node for _, node in _woven(_named(base), named)])
    if isinstance(base, dict | list):
        raise TypeError(f"{base!r} becomes another type where a switch is off")
    return Node(base, otherwise=tuple(variants))


_Items = list[tuple[Any, Any]]


def _woven(base: _Items, variants: Sequence[tuple[str, _Items]]) -> Iterator[tuple[Any, Node]]:
    """Yield what is in `base` or in any variant, by name, in order: first what only others have before all."""
    known = {name for name, _ in base}
    others = [(condition, dict(items)) for condition, items in variants]
    yield from _more(None, known, variants)
    for name, value in base:
        node = weave(value, [Variant(condition, items[name]) for condition, items in others if name in items])
        node.conditions = tuple(condition for condition, items in others if name not in items)
        yield name, node
        yield from _more(name, known, variants)


def _more(after: Any, known: set[Any], variants: Sequence[tuple[str, _Items]]) -> Iterator[tuple[Any, Node]]:
    """Yield what stands behind `after` where a switch is off, and is not there where it is on."""
    for condition, items in variants:
        before = None
        for name, value in items:
            if name in known:
                before = name
            elif before == after:
                node = weave(value)
                node.conditions = (f"not ({condition})",)
                yield name, node


def _named(items: list[Any]) -> _Items:
    """The items by what tells them apart: their name, an object's kind and name, or all that they are."""
    return [(_name(item), item) for item in items]


def _name(item: Any) -> Any:
    if isinstance(item, dict) and "kind" in item and "metadata" in item:
        return item["kind"], item["metadata"]["name"]
    if isinstance(item, dict) and "name" in item:
        return item["name"]
    return json.dumps(item, sort_keys=True)
