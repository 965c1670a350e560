"""Write into a kind's schemas how its lists merge, from the same rules by which the server merges them.

https://kubernetes.io/docs/reference/using-api/server-side-apply/#merge-strategy
"""

from typing import Any

from lateen.apiserver.shapes import Shape, shape_of
from lateen.kinds.spec import KindSpec

Raw = dict[str, Any]


def mark_lists(schemas: dict[str, Raw], schema: Raw, kind: KindSpec) -> None:
    """Mark every list that a rule names and a model has; `schemas` are those that references lead to.

    A struct that stands in several places has one schema; wherever a rule names its list, it is the same rule.
    """
    shape = shape_of(kind.group, kind.kind)
    for path in shape.rules:
        place, found = shape, schema
        for step in path.split("."):
            place, found = place.child(step), _member(schemas, found, step)
        if found.get("type") == "array":
            _mark(found, place, strategic=kind.built_in)


def _member(schemas: dict[str, Raw], schema: Raw, name: str) -> Raw:
    """The schema of a member of an object, or of a list's items; {} where there is none."""
    inner = _followed(schemas, schema)
    inner = _followed(schemas, inner.get("items", inner))
    found: Raw = inner.get("properties", {}).get(name, {})
    return found


def _followed(schemas: dict[str, Raw], schema: Raw) -> Raw:
    schema = schema["allOf"][0] if "allOf" in schema else schema
    return schemas[schema["$ref"].rpartition("/")[2]] if "$ref" in schema else schema


def _mark(found: Raw, place: Shape, *, strategic: bool) -> None:
    rule = place.rule
    assert rule is not None
    found["x-kubernetes-list-type"] = "set" if rule.is_set else "map"
    if rule.keys:
        found["x-kubernetes-list-map-keys"] = list(rule.keys)
    if strategic:
        found["x-kubernetes-patch-strategy"] = "merge"
        if rule.keys:
            found["x-kubernetes-patch-merge-key"] = rule.keys[0]
