"""Compose encoded protobuf: a message is its fields joined, a repeated field its members joined.

This is the one place that knows the wire format (https://protobuf.dev/programming-guides/encoding/).
"""

from collections.abc import Iterable
from typing import Final

VARINT: Final = 0
LENGTH_DELIMITED: Final = 2

_ONE_BYTE = tuple(bytes((n,)) for n in range(128))


def varint(n: int) -> bytes:
    """Encode an unsigned number of at most 64 bits."""
    if n < 128:
        return _ONE_BYTE[n]
    if n < 16384:  # most lengths there are
        return bytes((n & 127 | 128, n >> 7))
    out = bytearray()
    while n > 127:
        out.append(n & 127 | 128)
        n >>= 7
    out.append(n)
    return bytes(out)


def tag(number: int, wire_type: int) -> bytes:
    """Encode what stands before a value: its field number and its wire type."""
    return varint(number << 3 | wire_type)


def field(number: int, payload: bytes) -> bytes:
    """Encode a length-delimited field: an embedded message, bytes, or text as UTF-8."""
    return varint(number << 3 | LENGTH_DELIMITED) + varint(len(payload)) + payload


def string(number: int, text: str) -> bytes:
    """Encode a text field; empty text is absent, as proto3 has it."""
    return field(number, text.encode()) if text else b""


def number(field_number: int, value: int) -> bytes:
    """Encode an unsigned integer, enum or bool field; 0 is absent, as proto3 has it."""
    return tag(field_number, VARINT) + varint(value) if value else b""


def join(fields: Iterable[bytes]) -> bytes:
    """Put encoded fields together into one encoded message."""
    return b"".join(fields)


def any_of(type_url: str, value: bytes) -> bytes:
    """Encode a google.protobuf.Any around an encoded message; `value` stands last."""
    return string(1, type_url) + (field(2, value) if value else b"")
