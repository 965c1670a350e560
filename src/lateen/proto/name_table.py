"""Istio's name table (NDS): which addresses the agents' DNS proxies answer a host with.

The wire contract is public: istio.networking.nds.v1.NameTable, a map `table` from host to NameInfo. Joined tables are
one table with the hosts of all, so a table is composed of its encoded entries.
"""

import functools
from collections.abc import Iterable, Mapping
from typing import Any, Final, NamedTuple

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from google.protobuf.message import DecodeError

from lateen.proto import wire
from lateen.proto.types import PREFIX

_FIELD = descriptor_pb2.FieldDescriptorProto

TABLE: Final = PREFIX + "istio.networking.nds.v1.NameTable"
"""Istio's type of resource: all names in one."""
NAME: Final = f"{TABLE}.NameInfo"
"""Ours: a host's part of it, under the host as its name, so that only what changed is sent."""

KUBERNETES = "Kubernetes"
EXTERNAL = "External"


class NameInfo(NamedTuple):
    """What is known under a host. `registry`: KUBERNETES or EXTERNAL; of Kubernetes' names `short_name` is what stands
    before the namespace; `alt_hosts` are other hosts with the same addresses."""

    ips: tuple[str, ...]
    registry: str = EXTERNAL
    short_name: str = ""
    namespace: str = ""
    alt_hosts: tuple[str, ...] = ()

    def encode(self) -> bytes:
        """Return the encoded NameInfo: ips 1, registry 2, shortname 3, namespace 4, alt_hosts 5."""
        ips = (wire.string(1, ip) for ip in self.ips)
        texts = (self.registry, self.short_name, self.namespace)
        others = (wire.string(5, host) for host in self.alt_hosts)
        return wire.join((*ips, *(wire.string(2 + index, text) for index, text in enumerate(texts)), *others))

    @classmethod
    def decode(cls, data: bytes) -> "NameInfo":
        """Read an encoded NameInfo; raises ValueError."""
        return _info(_parse("NameTable.NameInfo", data))


def entry(host: str, info: bytes) -> bytes:
    """Encode a table of one host around its encoded NameInfo."""
    return wire.field(1, wire.string(1, host) + wire.field(2, info))


def encode_table(entries: Iterable[tuple[str, bytes]]) -> bytes:
    """Encode a whole table of hosts and their encoded NameInfos."""
    return wire.join(entry(host, info) for host, info in entries)


def decode_table(data: bytes) -> Mapping[str, NameInfo]:
    """Read an encoded NameTable; raises ValueError."""
    return {host: _info(info) for host, info in _parse("NameTable", data).table.items()}


def _info(message: Any) -> NameInfo:
    ips, others = tuple(message.ips), tuple(message.alt_hosts)
    return NameInfo(ips, message.registry, message.shortname, message.namespace, others)


def _parse(name: str, data: bytes) -> Any:
    try:
        return _class(name).FromString(data)
    except DecodeError as error:
        raise ValueError(f"not a {name}") from error


@functools.cache
def _class(name: str) -> Any:
    return message_factory.GetMessageClass(_pool().FindMessageTypeByName(f"istio.networking.nds.v1.{name}"))


@functools.cache
def _pool() -> descriptor_pool.DescriptorPool:
    package = "istio.networking.nds.v1"
    file = descriptor_pb2.FileDescriptorProto(name="lateen/name_table.proto", package=package, syntax="proto3")
    table = file.message_type.add(name="NameTable")
    info, pair = table.nested_type.add(name="NameInfo"), table.nested_type.add(name="TableEntry")
    pair.options.map_entry = True
    many, one = _FIELD.LABEL_REPEATED, _FIELD.LABEL_OPTIONAL
    for number, (name, label) in enumerate(_INFO_FIELDS.items(), 1):
        info.field.add(name=name, number=number, type=_FIELD.TYPE_STRING, label=many if label == "many" else one)
    pair.field.add(name="key", number=1, type=_FIELD.TYPE_STRING, label=one)
    of = f".{package}.NameTable"
    pair.field.add(name="value", number=2, type=_FIELD.TYPE_MESSAGE, label=one, type_name=f"{of}.NameInfo")
    table.field.add(name="table", number=1, type=_FIELD.TYPE_MESSAGE, label=many, type_name=f"{of}.TableEntry")
    pool = descriptor_pool.DescriptorPool()
    pool.AddSerializedFile(file.SerializeToString())
    return pool


_INFO_FIELDS = {"ips": "many", "registry": "one", "shortname": "one", "namespace": "one", "alt_hosts": "many"}
