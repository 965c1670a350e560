"""Rules that a kind's schema states, so that an API server refuses what breaks them before a controller hears of it.

A struct lists its rules in `schema_rules`, a type carries them in its annotation. Validation says what they say too,
with better words: whatever a schema refuses, it refuses (tests/contract/test_crds.py).
https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#validation-rules
"""

from collections.abc import Iterable
from itertools import combinations
from typing import Any, NamedTuple

Raw = dict[str, Any]


class CelRule(NamedTuple):
    """What must hold, as a CEL expression over `self`, and what is said when it does not."""

    expression: str
    message: str


class AtMostOne(NamedTuple):
    """Fields, by their names in the API, of which one may be set: alternatives cost a server nothing to tell apart."""

    fields: tuple[str, ...]


SchemaRule = CelRule | AtMostOne


def only_one_of(*fields: str, message: str = "") -> CelRule:
    """The CEL rule that at most one of some fields is set: it has words, but costs something for every object."""
    pairs = [f"!(has(self.{one}) && has(self.{other}))" for one, other in combinations(fields, 2)]
    return CelRule(" && ".join(pairs), message or f"only one of {', '.join(fields)} can be set")


def stating(*rules: SchemaRule, **more: Any) -> Raw:
    """What the schema of a type says beyond its shape, for `Meta(extra_json_schema=…)`."""
    return with_rules(more, rules)


def keyed_by(*fields: str) -> Raw:
    """What the schema of a list says whose items are told apart by some fields: no two agree in all of them."""
    return {"x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": list(fields)}


def with_rules(schema: Raw, rules: Iterable[SchemaRule]) -> Raw:
    """A schema that states rules besides those it has."""
    said = [{"rule": rule.expression, "message": rule.message} for rule in rules if isinstance(rule, CelRule)]
    ways = [{"oneOf": _alternatives(rule.fields)} for rule in rules if isinstance(rule, AtMostOne)]
    return merged(schema, {"x-kubernetes-validations": said} if said else {}, {"allOf": ways} if ways else {})


def merged(schema: Raw, *more: Raw) -> Raw:
    """A schema with all that others say besides; lists of rules and of parts grow."""
    for other in more:
        grown = {name: [*schema.get(name, ()), *other[name]] for name in _LISTS if name in other}
        schema = schema | other | grown
    return schema


_LISTS = ("x-kubernetes-validations", "allOf")


def _alternatives(fields: tuple[str, ...]) -> list[Raw]:
    """None of the fields, or exactly one."""
    each: list[Raw] = [{"required": [field]} for field in fields]
    return [{"not": {"anyOf": each}}, *each]
