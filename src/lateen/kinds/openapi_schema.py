"""Write a model as an OpenAPI v3 schema: structs by reference, as documents share them, or each where it stands.

Kubernetes' dialect: an integer or text is `x-kubernetes-int-or-string`, an open struct preserves unknown fields, and
what a type or a struct demands beyond its shape (lateen.kinds.schema_rules) is stated.
https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#specifying-a-structural-schema
"""

from collections.abc import Callable
from typing import Any

from msgspec import inspect

from lateen.kinds.descriptions import description, kind_description
from lateen.kinds.schema_rules import merged, with_rules

Raw = dict[str, Any]
# Writes a struct that stands somewhere: whole, or as a reference.
WriteStruct = Callable[[inspect.StructType], Raw]

OPEN: Raw = {"x-kubernetes-preserve-unknown-fields": True}
_INT32 = (-(2**31), 2**31 - 1)
# What every object has; nobody need read it in each model.
_OBJECT_FIELDS = {
    "apiVersion": "The group and version of the schema that the object is written in.",
    "kind": "What the object is.",
    "metadata": "The object's name, namespace, labels, annotations and owners.",
    "spec": "What is wanted.",
    "status": "What is the case, as controllers last saw it.",
}


def whole_schema(model: type[Any]) -> Raw:
    """The schema of a model with every struct written where it stands."""
    return schema_of(inspect.type_info(model), _in_place)


class Components:
    """Schemas of structs, each written once and referred to by the name that `name_of` gives it."""

    def __init__(self, name_of: Callable[[type[Any]], str]) -> None:
        self.schemas: dict[str, Raw] = {}
        self._name_of = name_of
        self._models: dict[str, type[Any]] = {}

    def add(self, model: type[Any]) -> Raw:
        """The schema of a model, which may be added to; the structs it holds are references.

        Raises TypeError when two structs have one name.
        """
        shape = inspect.type_info(model)
        assert isinstance(shape, inspect.StructType)
        self._refer(shape)
        return self.schemas[self._name_of(model)]

    def _refer(self, shape: inspect.StructType) -> Raw:
        name = self._name_of(shape.cls)
        if self._models.setdefault(name, shape.cls) is not shape.cls:
            raise TypeError(f"{shape.cls} and {self._models[name]} are both named {name}: rename one")
        if name not in self.schemas:
            self.schemas[name] = struct_schema(shape, self._refer)
        return {"$ref": f"#/components/schemas/{name}"}


def _in_place(shape: inspect.StructType) -> Raw:
    return struct_schema(shape, _in_place)


def schema_of(shape: inspect.Type, write: WriteStruct) -> Raw:
    """The schema of any type that models use."""
    match shape:
        case inspect.Metadata():
            return _extended(schema_of(shape.type, write), shape.extra_json_schema or {})
        case inspect.AnyType():
            return dict(OPEN)
        case inspect.StructType():
            return write(shape)
        case inspect.DictType():
            return _map(shape, write)
        case inspect.VarTupleType() | inspect.ListType():
            limits = _limits(minItems=shape.min_length, maxItems=shape.max_length)
            return {"type": "array", "items": schema_of(shape.item_type, write)} | limits
        case inspect.UnionType():
            return _union(shape, write)
        case inspect.LiteralType():
            kind = "integer" if isinstance(shape.values[0], int) else "string"
            return {"type": kind, "enum": list(shape.values)}
        case _:
            return _scalar(shape)


def struct_schema(shape: inspect.StructType, write: WriteStruct) -> Raw:
    """The schema of a struct itself, its fields' structs written by `write`."""
    told = description(shape.cls)
    is_object = {"api_version", "metadata"} <= {field.name for field in shape.fields}
    text, common = (kind_description(shape.cls), _OBJECT_FIELDS) if is_object else (told.text, {})
    properties = {
        field.encode_name: _described(
            schema_of(field.type, write), told.fields.get(field.encode_name) or common.get(field.encode_name, "")
        )
        for field in shape.fields
    }
    required = [field.encode_name for field in shape.fields if field.required]
    schema: Raw = {"type": "object", "description": text} if text else {"type": "object"}
    schema |= {"properties": properties} | ({"required": required} if required else {})
    schema |= {} if shape.forbid_unknown_fields else OPEN
    return with_rules(schema, getattr(shape.cls, "schema_rules", ()))


def _extended(schema: Raw, more: Raw) -> Raw:
    return merged({"allOf": [schema]} if "$ref" in schema else schema, more)


def _described(schema: Raw, text: str) -> Raw:
    if not text:
        return schema
    if "$ref" in schema:  # what stands beside a reference is ignored
        return {"allOf": [schema], "description": text}
    return {"description": text} | {name: value for name, value in schema.items() if name != "description"}


def _map(shape: inspect.DictType, write: WriteStruct) -> Raw:
    limits = _limits(minProperties=shape.min_length, maxProperties=shape.max_length)
    if isinstance(shape.value_type, inspect.AnyType):
        return {"type": "object"} | OPEN | limits
    return {"type": "object", "additionalProperties": schema_of(shape.value_type, write)} | limits


def _union(shape: inspect.UnionType, write: WriteStruct) -> Raw:
    options = [option for option in shape.types if not isinstance(option, inspect.NoneType)]
    if len(options) == 1:
        return schema_of(options[0], write)
    if {type(option) for option in options} == {inspect.IntType, inspect.StrType}:
        return {"x-kubernetes-int-or-string": True}
    return dict(OPEN)


def _scalar(shape: inspect.Type) -> Raw:
    match shape:
        case inspect.BoolType():
            return {"type": "boolean"}
        case inspect.IntType():
            if shape.le == _INT32[1]:
                return {"type": "integer", "format": "int32"} | _limits(minimum=_above(shape.ge))
            return {"type": "integer"} | _limits(minimum=shape.ge, maximum=shape.le)
        case inspect.FloatType():
            return {"type": "number", "format": "double"} | _limits(minimum=shape.ge, maximum=shape.le)
        case inspect.StrType():
            limits = _limits(minLength=shape.min_length, maxLength=shape.max_length, pattern=shape.pattern)
            return {"type": "string"} | limits
    raise TypeError(f"models do not use {shape}")


def _above(low: float | None) -> float | None:
    """A lower limit that the format int32 does not say already."""
    return None if low == _INT32[0] else low


def _limits(**limits: Any) -> Raw:
    return {name: value for name, value in limits.items() if value is not None}
