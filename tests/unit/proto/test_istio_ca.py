"""The certificate service's messages have Istio's field numbers."""

import pytest
from google.protobuf import struct_pb2

from lateen.proto import wire
from lateen.proto.istio_ca import CertificateRequest, CertificateResponse


def test_request_is_laid_out_as_istio_has_it() -> None:
    request = CertificateRequest(b"PEM", 3600)
    assert request.encode() == wire.string(1, "PEM") + b"\x18\x90\x1c"
    assert CertificateRequest.decode(request.encode()) == request


def test_metadata_is_read_over() -> None:
    metadata = struct_pb2.Struct()
    metadata.update({"ClusterID": "Kubernetes"})
    data = CertificateRequest(b"PEM").encode() + wire.field(4, metadata.SerializeToString())
    assert CertificateRequest.decode(data) == CertificateRequest(b"PEM")


def test_response_is_laid_out_as_istio_has_it() -> None:
    response = CertificateResponse([b"leaf", b"root"])
    assert response.encode() == wire.string(1, "leaf") + wire.string(1, "root")
    assert CertificateResponse.decode(response.encode()).chain == [b"leaf", b"root"]


def test_nonsense_is_a_value_error() -> None:
    with pytest.raises(ValueError, match="not an IstioCertificateRequest"):
        CertificateRequest.decode(b"\xff\xff")
