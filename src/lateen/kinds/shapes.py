"""What msgspec's description of a type says: how its values look, their limits, and a blank one."""

from collections.abc import Iterable, Sized
from typing import Any

import re2
from msgspec import NODEFAULT, inspect

# How people name the types of values.
TYPE_NAMES = {
    str: "text",
    bool: "true or false",
    int: "a number",
    float: "a number",
    dict: "a map",
    list: "a list",
}


def python_type(shape: inspect.Type) -> type:
    """The class of the values of a scalar type."""
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


def expected(shape: inspect.Type) -> str:
    """Name what a value of this type looks like."""
    if isinstance(shape, inspect.Metadata):
        return expected(shape.type)
    if isinstance(shape, inspect.StructType | inspect.DictType):
        return TYPE_NAMES[dict]
    if isinstance(shape, inspect.VarTupleType | inspect.ListType):
        return TYPE_NAMES[list]
    if isinstance(shape, inspect.LiteralType):
        return f"one of {', '.join(str(value) for value in shape.values)}"
    return TYPE_NAMES[python_type(shape)]


def limit_error(shape: inspect.Type, value: Any) -> str:
    """Return which limit of its type a value breaks; "" when none."""
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


def size_error(shape: inspect.DictType | inspect.VarTupleType | inspect.ListType, value: Sized) -> str:
    """Return which limit of its size a list or map breaks; "" when none."""
    if shape.max_length is not None and len(value) > shape.max_length:
        return f"holds too many: {len(value)}, at most {shape.max_length}"
    if shape.min_length is not None and len(value) < shape.min_length:
        return f"holds too few: {len(value)}, at least {shape.min_length}"
    return ""


def _range(low: float | None, high: float | None) -> str:
    if high is None:
        return f"at least {low:g}"
    return f"at most {high:g}" if low is None else f"{low:g} to {high:,.0f}".replace(",", "")


def blank(shape: inspect.Type) -> Any:
    """A value that stands in for a faulty one, so that the rest can still be decoded and validated."""
    match shape:
        case inspect.Metadata():
            return blank(shape.type)
        case inspect.StructType():
            return {field.encode_name: blank(field.type) for field in _required(shape)}
        case inspect.DictType():
            return {}
        case inspect.VarTupleType() | inspect.ListType():
            return [blank(shape.item_type)] * (shape.min_length or 0)
        case inspect.LiteralType():
            return shape.values[0]
        case inspect.UnionType():
            return blank(shape.types[0])
        case inspect.AnyType() | inspect.NoneType():
            return None
        case inspect.IntType() | inspect.FloatType():
            return int(shape.ge or 0)
    return python_type(shape)()


def _required(shape: inspect.StructType) -> Iterable[inspect.Field]:
    return (field for field in shape.fields if field.required and field.default is NODEFAULT)
