"""Merge one message into another, as patches do: lists grow, what is typed the same is merged within.

Beyond protobuf's own merge: a Duration or a wrapped value replaces the one before it, for half of one and half of
another means nothing; the content of an Any is merged where both hold the same message; an extension of another name
replaces the one that stands there.
"""

from collections.abc import Callable
from typing import Any

from google.protobuf import json_format

from lateen.envoy.fields import encode
from lateen.proto.descriptors import installed, message
from lateen.proto.types import PREFIX, message_name

_ANY = "google.protobuf.Any"
_WHOLE = frozenset(
    f"google.protobuf.{name}"
    for name in (
        *("Duration", "Timestamp", "BoolValue", "StringValue", "BytesValue", "DoubleValue", "FloatValue"),
        *("Int32Value", "Int64Value", "UInt32Value", "UInt64Value"),
    )
)
_TYPED_STRUCTS = ("udpa.type.v1.TypedStruct", "xds.type.v3.TypedStruct")


def merge(target: Any, source: Any, *, replace_lists: bool = False) -> None:
    """Merge `source` into `target`, a message of the same type. `replace_lists`: lists do not grow."""
    for field, value in source.ListFields():
        if field.message_type is not None and field.message_type.GetOptions().map_entry:
            _merge_map(getattr(target, field.name), value, field)
        elif field.is_repeated:
            there = getattr(target, field.name)
            if replace_lists:
                del there[:]
            there.extend(value)
        elif field.message_type is None:
            setattr(target, field.name, value)
        else:
            _merge_message(target, field.name, value, replace_lists)


def same_type(one: Any, other: Any) -> bool:
    """Say whether two Anys hold the same message, perhaps as a TypedStruct."""
    return _type_of(one) == _type_of(other)


def merge_any(target: Any, source: Any, *, replace_lists: bool = False) -> None:
    """Merge what two Anys hold; of another type, `source` replaces `target`."""
    here, there = _content(target), _content(source)
    if here is None or there is None or not same_type(target, source):
        target.CopyFrom(source)
        return
    merge(here, there, replace_lists=replace_lists)
    target.type_url, target.value = PREFIX + here.DESCRIPTOR.full_name, encode(here)


def change_any(packed: Any, change: Callable[[Any], None]) -> None:
    """Change what an Any holds; one of a message that this Envoy does not have stays as it is."""
    content = _content(packed)
    if content is not None:
        change(content)
        packed.value = encode(content)


def _merge_map(target: Any, source: Any, field: Any) -> None:
    for key, value in source.items():
        if field.message_type.fields_by_name["value"].message_type is None:
            target[key] = value
        else:
            target[key].CopyFrom(value)


def _merge_message(target: Any, name: str, source: Any, replace_lists: bool) -> None:
    kind, there = source.DESCRIPTOR, getattr(target, name)
    if not target.HasField(name) or kind.full_name in _WHOLE or _is_another(there, source):
        there.CopyFrom(source)
        there.SetInParent()
    elif kind.full_name == _ANY:
        merge_any(there, source, replace_lists=replace_lists)
    else:
        merge(there, source, replace_lists=replace_lists)


def _is_another(there: Any, source: Any) -> bool:
    """Whether two extensions have different names."""
    extension = {"name", "typed_config"} <= set(source.DESCRIPTOR.fields_by_name)
    return extension and bool(source.name) and there.name != source.name


def _type_of(packed: Any) -> str:
    name = message_name(packed.type_url)
    if name in _TYPED_STRUCTS:
        return message_name(message(name).FromString(packed.value).type_url)
    return name


def _content(packed: Any) -> Any | None:
    """The message in an Any, that of a TypedStruct as the message it stands for; None when Envoy has none such."""
    try:
        content = message(message_name(packed.type_url)).FromString(packed.value)
        if content.DESCRIPTOR.full_name not in _TYPED_STRUCTS:
            return content
        said = json_format.MessageToDict(content.value)
        made = message(message_name(content.type_url))()
        return json_format.ParseDict(said, made, ignore_unknown_fields=True, descriptor_pool=installed().pool)
    except (KeyError, json_format.ParseError):
        return None
