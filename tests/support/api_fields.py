"""The fields of a kind, as a table has them, and objects with one of them changed."""

import copy
import json
from collections.abc import Iterator
from typing import Any, NamedTuple

from lateen.install.crds import crd
from lateen.kinds.spec import KindSpec

Raw = dict[str, Any]
LIMITS = ("enum", "format", "pattern", "minimum", "maximum", "minLength", "maxLength")


def flat(schema: Raw, path: str, required: bool = False) -> Iterator[tuple[str, Raw]]:
    """The fields of a schema as a table has them: [] after a list's path, {} after a map's."""
    if "items" in schema:
        yield from flat(schema["items"], f"{path}[]", required)
    elif isinstance(schema.get("additionalProperties"), dict):
        yield from flat(schema["additionalProperties"], f"{path}{{}}", required)
    else:
        kind = "int-or-string" if schema.get("x-kubernetes-int-or-string") else schema.get("type", "any")
        limits = {name: schema[name] for name in LIMITS if name in schema}
        yield path, {"type": kind} | limits | ({"required": True} if required else {})
        for name, member in schema.get("properties", {}).items():
            yield from flat(member, f"{path}.{name}", name in schema.get("required", ()))


def all_fields(kind: KindSpec) -> dict[str, Raw]:
    """Path → what the definition of a kind says of the field; structs are there beside what they hold."""
    schema = crd(kind)["spec"]["versions"][0]["schema"]["openAPIV3Schema"]
    return {
        path: field
        for name, member in schema["properties"].items()
        for path, field in flat(member, name, name in schema.get("required", ()))
    }


def value_fields(kind: KindSpec) -> dict[str, Raw]:
    """The fields of a kind's spec that hold values: not those that only hold other fields."""
    every = all_fields(kind)
    found = {path: field for path, field in every.items() if path.startswith("spec.")}
    return {path: field for path, field in found.items() if not any(other.startswith(f"{path}.") for other in found)}


class Change(NamedTuple):
    """An object with one value changed. `field`: its path in the table; `place`: in the object; `to`: what it became."""

    field: str
    place: str
    to: str
    raw: Raw


def changes(raw: Raw, fields: dict[str, Raw]) -> Iterator[Change]:
    """Yield an object of a kind with these fields with each value of its spec changed in turn, in several ways."""
    for field, steps, value in _values(raw["spec"], "spec", ("spec",), fields):
        for other in _others(value, fields[field]):
            yield Change(field, ".".join(map(str, steps)), json.dumps(other), _with(raw, steps, other))
        for name in _rivals(raw, field, steps, value):
            yield Change(field, ".".join(map(str, steps)), f"that of {name}", _exchanged(raw, steps, name))
        yield Change(field, ".".join(map(str, steps)), "nothing", _without(raw, steps))


def _values(
    value: Any, field: str, steps: tuple[Any, ...], fields: dict[str, Raw]
) -> Iterator[tuple[str, tuple[Any, ...], Any]]:
    if isinstance(value, list):
        for index, item in enumerate(value):
            yield from _values(item, f"{field}[]", (*steps, index), fields)
    elif (field in fields and not isinstance(value, dict)) or field in fields:
        yield field, steps, value
    elif isinstance(value, dict):
        is_map = any(path.startswith(f"{field}{{}}") for path in fields)
        for name, item in value.items():
            yield from _values(item, f"{field}{{}}" if is_map else f"{field}.{name}", (*steps, name), fields)


def _others(value: Any, field: Raw) -> Iterator[Any]:
    """Yield other values of the same field; not all need be legal."""
    match value:
        case bool():
            yield not value
        case int() | float():
            yield from (value + 1, value - 1, value * 2)
        case str() if "enum" in field:
            yield from (other for other in field["enum"] if other != value)
        case str():
            yield from (
                f"{value}x",
                f"x{value}",
                f"1{value}",
                f"{value}1",
                "7s",
                "10.77.0.1",
                "tcp",
                "POST",
                "NOT_FOUND",
            )
            if value.endswith("]"):  # a member of something, as request.headers[x-a]
                yield f"{value[:-1]}x]"


def _rivals(raw: Raw, field: str, steps: tuple[Any, ...], value: Any) -> Iterator[str]:
    """Yield the names of a map's other values: shares may only change together."""
    if field.endswith("{}"):
        yield from (name for name, other in _holder(raw, steps).items() if other != value)


def _exchanged(raw: Raw, steps: tuple[Any, ...], name: str) -> Raw:
    found = copy.deepcopy(raw)
    holder = _holder(found, steps)
    holder[steps[-1]], holder[name] = holder[name], holder[steps[-1]]
    return found


def _with(raw: Raw, steps: tuple[Any, ...], value: Any) -> Raw:
    found = copy.deepcopy(raw)
    _holder(found, steps)[steps[-1]] = value
    return found


def _without(raw: Raw, steps: tuple[Any, ...]) -> Raw:
    found = copy.deepcopy(raw)
    del _holder(found, steps)[steps[-1]]
    return found


def _holder(raw: Any, steps: tuple[Any, ...]) -> Any:
    for step in steps[:-1]:
        raw = raw[step]
    return raw
