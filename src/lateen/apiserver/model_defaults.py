"""Write the defaults that a kind's model states into an object, as an API server does by a definition's schema.

https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#defaulting
"""

from functools import cache
from typing import Any

import msgspec
from msgspec import NODEFAULT, inspect

from lateen.kinds.spec import KindSpec

Raw = dict[str, Any]


def with_defaults(kind: KindSpec, raw: Raw) -> Raw:
    """An object whose spec has every default that says something, wherever its holder is there."""
    return raw | {"spec": _filled(_part(kind.model, "spec").type, raw.get("spec") or {})}


def status_default(kind: KindSpec) -> Raw:
    """The status of an object that nobody has looked at yet; {} where the model says nothing of it."""
    found: Raw = _default(_part(kind.model, "status")) or {}
    return found


@cache
def _part(model: type[Any], name: str) -> inspect.Field:
    shape = inspect.type_info(model)
    assert isinstance(shape, inspect.StructType)
    return next(field for field in shape.fields if field.encode_name == name)


def _filled(shape: inspect.Type, value: Any) -> Any:
    match shape:
        case inspect.Metadata():
            return _filled(shape.type, value)
        case inspect.UnionType():
            options = [option for option in shape.types if not isinstance(option, inspect.NoneType)]
            return _filled(options[0], value) if len(options) == 1 and value is not None else value
        case inspect.VarTupleType() if isinstance(value, list):
            return [_filled(shape.item_type, item) for item in value]
        case inspect.StructType() if isinstance(value, dict):
            return _struct(shape, value)
    return value


def _struct(shape: inspect.StructType, value: Raw) -> Raw:
    found = dict(value)
    for field in shape.fields:
        if field.encode_name in value:
            found[field.encode_name] = _filled(field.type, value[field.encode_name])
        elif default := _default(field):
            found[field.encode_name] = default
    return found


def _default(field: inspect.Field) -> Any:
    return None if field.default is NODEFAULT else _said(msgspec.to_builtins(field.default))


def _said(value: Any) -> Any:
    """A value without what says nothing: absent, empty."""
    if isinstance(value, dict):
        return {name: said for name, each in value.items() if (said := _said(each)) not in (None, "", {}, [], 0)}
    return [_said(each) for each in value] if isinstance(value, list | tuple) else value
