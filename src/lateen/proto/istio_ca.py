"""Messages of Istio's certificate service, by which an agent has a key certified.

Their wire contract is public: service istio.v1.auth.IstioCertificateService, method CreateCertificate.
"""

import functools
from collections.abc import Sequence
from typing import Any, NamedTuple

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory, struct_pb2
from google.protobuf.message import DecodeError

SERVICE = "istio.v1.auth.IstioCertificateService"
METHOD = "CreateCertificate"

_FIELD = descriptor_pb2.FieldDescriptorProto


class CertificateRequest(NamedTuple):
    """`csr` is a PEM request, `validity` the wanted lifetime in seconds (0 = the authority's default)."""

    csr: bytes
    validity: int = 0

    def encode(self) -> bytes:
        """Return the request as it is sent."""
        message = _class("IstioCertificateRequest")(csr=self.csr.decode(), validity_duration=self.validity)
        return bytes(message.SerializeToString())

    @classmethod
    def decode(cls, data: bytes) -> "CertificateRequest":
        """Read a request; raises ValueError. Its metadata is not looked at: nothing of it is believed."""
        message = _parse("IstioCertificateRequest", data)
        return cls(message.csr.encode(), message.validity_duration)


class CertificateResponse(NamedTuple):
    """PEM texts: the leaf first, then what leads to the root, the trusted roots last."""

    chain: Sequence[bytes]

    def encode(self) -> bytes:
        """Return the response as it is sent."""
        message = _class("IstioCertificateResponse")(cert_chain=[pem.decode() for pem in self.chain])
        return bytes(message.SerializeToString())

    @classmethod
    def decode(cls, data: bytes) -> "CertificateResponse":
        """Read a response; raises ValueError."""
        return cls([pem.encode() for pem in _parse("IstioCertificateResponse", data).cert_chain])


def _parse(name: str, data: bytes) -> Any:
    try:
        return _class(name).FromString(data)
    except DecodeError as error:
        raise ValueError(f"not an {name}") from error


def _class(name: str) -> Any:
    return message_factory.GetMessageClass(_pool().FindMessageTypeByName(f"istio.v1.auth.{name}"))


@functools.cache
def _pool() -> descriptor_pool.DescriptorPool:
    file = descriptor_pb2.FileDescriptorProto(name="lateen/istio_ca.proto", package="istio.v1.auth", syntax="proto3")
    file.dependency.append("google/protobuf/struct.proto")
    request = file.message_type.add(name="IstioCertificateRequest").field
    request.add(name="csr", number=1, type=_FIELD.TYPE_STRING)
    request.add(name="validity_duration", number=3, type=_FIELD.TYPE_INT64)
    request.add(name="metadata", number=4, type=_FIELD.TYPE_MESSAGE, type_name=".google.protobuf.Struct")
    response = file.message_type.add(name="IstioCertificateResponse").field
    response.add(name="cert_chain", number=1, type=_FIELD.TYPE_STRING, label=_FIELD.LABEL_REPEATED)
    pool = descriptor_pool.DescriptorPool()
    pool.AddSerializedFile(struct_pb2.DESCRIPTOR.serialized_pb)
    pool.AddSerializedFile(file.SerializeToString())
    return pool
