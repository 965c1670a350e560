"""Compare a raw value with a model and say everything that does not fit, with paths.

A decoder stops at the first fault and is fast; this walks the whole value, and runs only to explain.
It follows Kubernetes' reading: null is as good as absent, and 3.0 is an integer.
"""

from collections.abc import Iterable
from functools import cache
from typing import Any, NamedTuple

import re2
from msgspec import NODEFAULT, inspect

from lateen.base.errors import Fault
from lateen.kinds.paths import join
from lateen.kinds.suggestion import did_you_mean

_NAMES = {
    str: "text",
    bool: "true or false",
    int: "a number",
    float: "a number",
    dict: "a map",
    list: "a list",
}
_TEXT_HINT = "put it in quotes"
# What a faulty field is left out as, when a parent can do without it.
_ABSENT = object()


class Reading(NamedTuple):
    """What a walk found: the faults, and the value with everything faulty left out or replaced by a blank."""

    faults: list[Fault]
    cleaned: Any


def faults(model: type, raw: Any, path: str = "") -> list[Fault]:
    """List all that does not fit: unknown fields, wrong types, missing fields, values out of range."""
    return read(model, raw, path, strict=True).faults


def read(model: type, raw: Any, path: str = "", *, strict: bool = False) -> Reading:
    """Walk `raw` along `model`. With `strict`, fields that an open model does not name are faults too."""
    walk = _Walk(strict)
    cleaned = walk.value(_shape(model), raw, path)
    return Reading(walk.faults, {} if cleaned is _ABSENT else cleaned)


def encoded_names(model: type) -> tuple[str, ...]:
    """The names of a struct's fields in the API."""
    shape = _shape(model)
    assert isinstance(shape, inspect.StructType)
    return tuple(field.encode_name for field in shape.fields)


@cache
def _shape(model: type) -> inspect.Type:
    return inspect.type_info(model)


class _Walk:
    """One walk: collects faults, returns cleaned values."""

    def __init__(self, strict: bool) -> None:
        self.faults: list[Fault] = []
        self.strict = strict

    def value(self, shape: inspect.Type, raw: Any, path: str) -> Any:
        """Walk one value; returns it cleaned, or `_ABSENT`."""
        match shape:
            case inspect.AnyType():
                return raw
            case inspect.StructType():
                return self.struct(shape, raw, path)
            case inspect.DictType():
                return self.map(shape, raw, path)
            case inspect.VarTupleType() | inspect.ListType():
                return self.list(shape, raw, path)
            case inspect.UnionType():
                return self.union(shape, raw, path)
            case inspect.LiteralType():
                return self.choice(shape, raw, path)
            case _:
                return self.scalar(shape, raw, path)

    def struct(self, shape: inspect.StructType, raw: Any, path: str) -> Any:
        if not isinstance(raw, dict):
            return self.wrong(dict, raw, path)
        fields = _fields(shape)
        cleaned: dict[str, Any] = {}
        for key, value in raw.items():
            field = fields.get(key)
            if field is None:
                self.unknown(shape, key, value, path, cleaned)
            elif value is not None:
                result = self.value(field.type, value, join(path, key))
                if result is not _ABSENT:
                    cleaned[key] = result
        for name, field in fields.items():
            if field.required and name not in cleaned:
                if raw.get(name) is None:
                    self.faults.append(Fault(join(path, name), "is required"))
                cleaned[name] = _blank(field.type)
        return cleaned

    def unknown(
        self, shape: inspect.StructType, key: Any, value: Any, path: str, cleaned: dict[str, Any]
    ) -> None:
        if not self.strict and not shape.forbid_unknown_fields:
            cleaned[key] = value
            return
        known = [field.encode_name for field in shape.fields]
        fix = did_you_mean(str(key), known) or (f"there are: {', '.join(known)}" if len(known) <= 12 else "")
        self.faults.append(Fault(join(path, str(key)), "no such field", fix))

    def map(self, shape: inspect.DictType, raw: Any, path: str) -> Any:
        if not isinstance(raw, dict):
            return self.wrong(dict, raw, path)
        cleaned = {}
        for key, value in raw.items():
            if value is not None:
                result = self.value(shape.value_type, value, join(path, str(key)))
                if result is not _ABSENT:
                    cleaned[str(key)] = result
        return cleaned

    def list(self, shape: inspect.VarTupleType | inspect.ListType, raw: Any, path: str) -> Any:
        if not isinstance(raw, list | tuple):
            return self.wrong(list, raw, path)
        items = [self.value(shape.item_type, item, f"{path}[{index}]") for index, item in enumerate(raw)]
        return [_blank(shape.item_type) if item is _ABSENT else item for item in items]

    def union(self, shape: inspect.UnionType, raw: Any, path: str) -> Any:
        options = [option for option in shape.types if not isinstance(option, inspect.NoneType)]
        if len(options) == 1:
            return self.value(options[0], raw, path)
        for option in options:
            attempt = _Walk(self.strict)
            result = attempt.value(option, raw, path)
            if not attempt.faults:
                return result
        self.faults.append(Fault(path, f"must be {' or '.join(_expected(option) for option in options)}"))
        return _ABSENT

    def choice(self, shape: inspect.LiteralType, raw: Any, path: str) -> Any:
        if raw in shape.values:
            return raw
        legal = ", ".join(str(value) for value in shape.values)
        shown = f'"{raw}"' if isinstance(raw, str) else str(raw)
        fix = did_you_mean(raw, map(str, shape.values)) if isinstance(raw, str) else ""
        self.faults.append(Fault(path, f"{shown} is none of {legal}", fix))
        return _ABSENT

    def scalar(self, shape: inspect.Type, raw: Any, path: str) -> Any:
        expected = _python_type(shape)
        if expected is int and isinstance(raw, float) and raw.is_integer():
            raw = int(raw)
        if expected is float and type(raw) is int:
            raw = float(raw)
        if type(raw) is not expected:
            return self.wrong(expected, raw, path)
        message = _limits(shape, raw)
        if message:
            self.faults.append(Fault(path, message))
            return _ABSENT
        return raw

    def wrong(self, expected: type, raw: Any, path: str) -> Any:
        found = _NAMES.get(type(raw), "nothing" if raw is None else type(raw).__name__)
        shown = (
            f": {raw}"
            if isinstance(raw, int | float)
            else (f': "{raw[:40]}"' if isinstance(raw, str) else "")
        )
        fix = _TEXT_HINT if expected is str and isinstance(raw, int | float | bool) else ""
        self.faults.append(Fault(path, f"must be {_NAMES[expected]}, not {found}{shown}", fix))
        return _ABSENT


def _fields(shape: inspect.StructType) -> dict[str, inspect.Field]:
    return _FIELDS.get(shape.cls) or _FIELDS.setdefault(
        shape.cls, {field.encode_name: field for field in shape.fields}
    )


_FIELDS: dict[type, dict[str, inspect.Field]] = {}


def _python_type(shape: inspect.Type) -> type:
    match shape:
        case inspect.StrType():
            return str
        case inspect.BoolType():
            return bool
        case inspect.IntType():
            return int
        case inspect.FloatType():
            return float
    raise TypeError(f"models do not use {shape}")


def _expected(shape: inspect.Type) -> str:
    if isinstance(shape, inspect.StructType | inspect.DictType):
        return _NAMES[dict]
    if isinstance(shape, inspect.VarTupleType | inspect.ListType):
        return _NAMES[list]
    if isinstance(shape, inspect.LiteralType):
        return f"one of {', '.join(str(value) for value in shape.values)}"
    return _NAMES[_python_type(shape)]


def _limits(shape: inspect.Type, value: Any) -> str:
    if isinstance(shape, inspect.IntType | inspect.FloatType):
        low, high = shape.ge, shape.le
        if (low is not None and value < low) or (high is not None and value > high):
            return f"{value} is out of range: {_range(low, high)}"
    if isinstance(shape, inspect.StrType):
        if shape.max_length is not None and len(value) > shape.max_length:
            return f"is too long: {len(value)} characters, at most {shape.max_length}"
        if shape.pattern is not None and not re2.search(shape.pattern, value):
            return f'"{value}" does not match {shape.pattern}'
    if isinstance(shape, inspect.StrType) and shape.min_length is not None and len(value) < shape.min_length:
        return "may not be empty"
    return ""


def _range(low: float | None, high: float | None) -> str:
    if high is None:
        return f"at least {low:g}"
    return f"at most {high:g}" if low is None else f"{low:g} to {high:,.0f}".replace(",", "")


def _blank(shape: inspect.Type) -> Any:
    """A value that stands in for a faulty one, so that the rest can still be decoded and validated."""
    match shape:
        case inspect.StructType():
            return {field.encode_name: _blank(field.type) for field in _required(shape)}
        case inspect.DictType():
            return {}
        case inspect.VarTupleType() | inspect.ListType():
            return []
        case inspect.LiteralType():
            return shape.values[0]
        case inspect.UnionType():
            return _blank(shape.types[0])
        case inspect.AnyType() | inspect.NoneType():
            return None
        case inspect.IntType() | inspect.FloatType():
            return int(shape.ge or 0)
    return _python_type(shape)()


def _required(shape: inspect.StructType) -> Iterable[inspect.Field]:
    return (field for field in shape.fields if field.required and field.default is NODEFAULT)
