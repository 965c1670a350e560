"""Compare a raw value with a model and say everything that does not fit, with paths.

A decoder stops at the first fault and is fast; this walks the whole value, and runs only to explain.
It follows Kubernetes' reading: null is as good as absent, and 3.0 is an integer.
"""

from functools import cache
from typing import Any, NamedTuple

from msgspec import inspect

from lateen.base.errors import Fault
from lateen.kinds.paths import join
from lateen.kinds.shapes import TYPE_NAMES, blank, expected, limit_error, python_type, size_error
from lateen.kinds.suggestion import did_you_mean, suggestion

# The message of a field that the model does not have.
UNKNOWN_FIELD = "no such field"

# What a faulty field is left out as, when a parent can do without it.
_ABSENT = object()


class Reading(NamedTuple):
    """What a walk found: the faults; the value without them (a blank where one is needed); and the
    paths of the fields whose values are thereby in doubt."""

    faults: list[Fault]
    cleaned: Any
    doubtful: list[str]


def faults(model: type, raw: Any, path: str = "") -> list[Fault]:
    """List all that does not fit: unknown fields, wrong types, missing fields, values out of range."""
    return read(model, raw, path, strict=True).faults


def read(model: type, raw: Any, path: str = "", *, strict: bool = False) -> Reading:
    """Walk `raw` along `model`. With `strict`, fields that an open model does not name are faults too."""
    walk = _Walk(strict)
    cleaned = walk.value(_shape(model), raw, path)
    return Reading(walk.faults, {} if cleaned is _ABSENT else cleaned, walk.doubtful)


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
        self.doubtful: list[str] = []
        self.strict = strict

    def value(self, shape: inspect.Type, raw: Any, path: str) -> Any:
        """Walk one value; returns it cleaned, or `_ABSENT`."""
        match shape:
            case inspect.AnyType():
                return raw
            case inspect.Metadata():
                return self.value(shape.type, raw, path)
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
                if raw.get(name) is None and join(path, name) not in self.doubtful:
                    self.fault(join(path, name), "is required")
                cleaned[name] = blank(field.type)
        return cleaned

    def unknown(self, shape: inspect.StructType, key: Any, value: Any, path: str, cleaned: dict[str, Any]) -> None:
        if not self.strict and not shape.forbid_unknown_fields:
            cleaned[key] = value
            return
        known = [field.encode_name for field in shape.fields]
        if guess := suggestion(str(key), known):
            self.doubtful.append(join(path, guess))
        fix = f'did you mean "{guess}"?' if guess else _listed(known)
        self.faults.append(Fault(join(path, str(key)), UNKNOWN_FIELD, fix))

    def map(self, shape: inspect.DictType, raw: Any, path: str) -> Any:
        if not isinstance(raw, dict):
            return self.wrong(dict, raw, path)
        if message := size_error(shape, raw):
            return self.fault(path, message)
        cleaned = {}
        for key, value in raw.items():
            if value is None and isinstance(shape.value_type, inspect.StrType):
                value = ""  # as Kubernetes reads labels and the like
            result = self.value(shape.value_type, value, join(path, str(key)))
            if result is not _ABSENT:
                cleaned[str(key)] = result
        return cleaned

    def list(self, shape: inspect.VarTupleType | inspect.ListType, raw: Any, path: str) -> Any:
        if not isinstance(raw, list | tuple):
            return self.wrong(list, raw, path)
        if message := size_error(shape, raw):
            return self.fault(path, message)
        items = [self.value(shape.item_type, item, f"{path}[{index}]") for index, item in enumerate(raw)]
        return [blank(shape.item_type) if item is _ABSENT else item for item in items]

    def union(self, shape: inspect.UnionType, raw: Any, path: str) -> Any:
        options = [option for option in shape.types if not isinstance(option, inspect.NoneType)]
        if len(options) == 1:
            return self.value(options[0], raw, path)
        for option in options:
            attempt = _Walk(self.strict)
            result = attempt.value(option, raw, path)
            if not attempt.faults:
                return result
        return self.fault(path, f"must be {' or '.join(expected(option) for option in options)}")

    def choice(self, shape: inspect.LiteralType, raw: Any, path: str) -> Any:
        if raw in shape.values:
            return raw
        legal = ", ".join(str(value) for value in shape.values)
        shown = f'"{raw}"' if isinstance(raw, str) else str(raw)
        fix = did_you_mean(raw, map(str, shape.values)) if isinstance(raw, str) else ""
        return self.fault(path, f"{shown} is none of {legal}", fix)

    def scalar(self, shape: inspect.Type, raw: Any, path: str) -> Any:
        wanted = python_type(shape)
        if wanted is int and isinstance(raw, float) and raw.is_integer():
            raw = int(raw)
        if wanted is float and type(raw) is int:
            raw = float(raw)
        if type(raw) is not wanted:
            return self.wrong(wanted, raw, path)
        message = limit_error(shape, raw)
        return self.fault(path, message) if message else raw

    def wrong(self, wanted: type, raw: Any, path: str) -> Any:
        found = TYPE_NAMES.get(type(raw), "nothing" if raw is None else type(raw).__name__)
        fix = "put it in quotes" if wanted is str and isinstance(raw, int | float) else ""
        return self.fault(path, f"must be {TYPE_NAMES[wanted]}, not {found}", fix)

    def fault(self, path: str, message: str, fix: str = "") -> Any:
        """Note a value that cannot be used."""
        self.faults.append(Fault(path, message, fix))
        self.doubtful.append(path)
        return _ABSENT


def _listed(names: list[str]) -> str:
    return f"there are: {', '.join(names)}" if len(names) <= 12 else ""


def _fields(shape: inspect.StructType) -> dict[str, inspect.Field]:
    return _FIELDS.get(shape.cls) or _FIELDS.setdefault(shape.cls, {field.encode_name: field for field in shape.fields})


_FIELDS: dict[type, dict[str, inspect.Field]] = {}
