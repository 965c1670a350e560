"""Read of an object only what the mesh reads, straight from the wire.

A kind says which fields these are (`KindSpec.reads`); their types are the model's, so nothing is declared twice. What
the mesh does not read costs no memory, and a change of it is no change: a projected object equals the one before it.
Whoever reads a field that is not declared gets an AttributeError, not a default.
"""

from collections.abc import Iterable, Mapping
from functools import cache
from types import FunctionType
from typing import Any, NamedTuple, get_args, get_origin, get_type_hints

import msgspec
from msgspec import Struct, structs

from lateen.base.refs import Key
from lateen.kinds.object import Object
from lateen.kinds.spec import KindSpec

LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"

_META = (
    "name", "namespace", "uid", "creationTimestamp", "deletionTimestamp", "labels", "annotations", "ownerReferences",
)  # fmt: skip
_NOISE = ("managedFields", "resourceVersion", "selfLink")

Data = bytes | msgspec.Raw
Raw = dict[str, Any]


class _HeadMeta(Struct, rename="camel", frozen=True, gc=False):
    name: str = ""
    namespace: str = ""
    uid: str = ""
    resource_version: str = ""


class _Head(Struct, frozen=True, gc=False):
    metadata: _HeadMeta


class Head(NamedTuple):
    """Which object, and which version of it."""

    key: Key
    uid: str
    version: str


_heads = msgspec.json.Decoder(_Head)


def head_of(data: Data) -> Head:
    """Read which object an encoded one is. Raises msgspec.DecodeError."""
    meta = _heads.decode(data).metadata
    return Head(Key(meta.namespace, meta.name), meta.uid, meta.resource_version)


def project(kind: KindSpec, data: Data) -> Object | None:
    """Read an encoded object of a kind that declares what is read; None when it does not fit the model."""
    try:
        model: Any = _narrow_of(kind)[1].decode(data)
    except msgspec.ValidationError:
        return project_raw(kind, msgspec.json.decode(data))
    return _object(kind, model, {})


def project_raw(kind: KindSpec, raw: Raw) -> Object | None:
    """The same for a decoded object. As in Kubernetes, null is as good as absent."""
    try:
        return _object(kind, msgspec.convert(_without_nulls(raw), _narrow_of(kind)[0]), raw)
    except msgspec.ValidationError:
        return None


def whole(kind: KindSpec, data: Data, version: str) -> tuple[Raw, Raw]:
    """Read an encoded object as written, and apart from it its status: both without what changes by itself."""
    raw: Raw = msgspec.json.decode(data)
    meta = raw["metadata"]
    for name in _NOISE:
        meta.pop(name, None)
    if annotations := meta.get("annotations"):
        annotations.pop(LAST_APPLIED, None)
    raw["apiVersion"], raw["kind"] = f"{kind.group}/{version}" if kind.group else version, kind.kind
    return raw, raw.pop("status", None) or {}


def _object(kind: KindSpec, model: Any, raw: Raw) -> Object:
    meta = model.metadata
    meta.annotations.pop(LAST_APPLIED, None) if meta.annotations else None
    return Object(spec=kind, key=Key(meta.namespace, meta.name), model=model, raw=raw)


def _without_nulls(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _without_nulls(each) for key, each in value.items() if each is not None}
    return [_without_nulls(each) for each in value] if isinstance(value, list) else value


@cache
def _narrow_of(kind: KindSpec) -> tuple[type[Struct], msgspec.json.Decoder[Any]]:
    model = narrow(kind.model, [f"metadata.{name}" for name in _META] + list(kind.reads))
    return model, msgspec.json.Decoder(model)


def narrow(model: type[Struct], paths: Iterable[str]) -> type[Struct]:
    """Return a struct with the fields of `model` that the dotted `paths` (names as in the API; lists are passed
    through) lead to, and with its methods. Raises KeyError for a field that there is not."""
    below: dict[str, list[str]] = {}
    for path in paths:
        name, _, rest = path.partition(".")
        below.setdefault(name, []).append(rest)
    fields = {field.encode_name: field for field in structs.fields(model)}
    hints = get_type_hints(model, include_extras=True)
    made = [_field(fields[name], hints[fields[name].name], rests) for name, rests in below.items()]
    methods = {
        name: value for name, value in vars(model).items() if isinstance(value, property | FunctionType)
    }  # fmt: skip
    return msgspec.defstruct(
        model.__name__, made, namespace=methods, module=model.__module__, frozen=True, kw_only=True, gc=False
    )


def _field(field: structs.FieldInfo, hint: Any, rests: list[str]) -> tuple[str, Any, Any]:
    kind = hint if "" in rests else _replaced(hint, rests)
    if field.required:
        return field.name, kind, msgspec.field(name=field.encode_name)
    if field.default_factory is not msgspec.NODEFAULT:
        return field.name, kind, msgspec.field(name=field.encode_name, default_factory=field.default_factory)
    default = field.default
    if isinstance(default, Struct) and kind is not hint:
        default = kind()
    return field.name, kind, msgspec.field(name=field.encode_name, default=default)


def _replaced(hint: Any, rests: list[str]) -> Any:
    """The type with the struct in it narrowed: a struct, an optional one, or a tuple of them."""
    if isinstance(hint, type) and issubclass(hint, Struct):
        return narrow(hint, rests)
    inner = next(each for each in get_args(hint) if isinstance(each, type) and issubclass(each, Struct))
    return tuple[narrow(inner, rests), ...] if get_origin(hint) is tuple else narrow(inner, rests) | None  # type: ignore[misc]
