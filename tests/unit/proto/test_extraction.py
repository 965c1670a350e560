import pytest
from google.protobuf import any_pb2, descriptor_pb2, duration_pb2, struct_pb2
from google.protobuf.descriptor_pb2 import FileDescriptorProto

from lateen.base.errors import LateenError
from lateen.proto.descriptors import envoy_binary
from lateen.proto.extraction import extract


def binary(tmp_path, *parts):
    path = tmp_path / "program"
    path.write_bytes(b"".join(parts))
    return path


def test_linked_files_are_found_amid_other_data(tmp_path):
    linked = [module.DESCRIPTOR.serialized_pb for module in (any_pb2, duration_pb2, struct_pb2)]
    text = b"\x7fELF not a file: \x0a\x20google/protobuf/other.proto a.proto \x00"
    files, messages = extract(binary(tmp_path, text, linked[0], b"\x00\x00", linked[1], linked[2], text))
    assert sorted(files) == [f"google/protobuf/{name}.proto" for name in ("any", "duration", "struct")]
    assert messages["google.protobuf.Struct"] == "google/protobuf/struct.proto"
    assert files["google/protobuf/any.proto"] == ((), linked[0])


def test_a_file_without_its_dependencies_is_left_out(tmp_path):
    lonely = FileDescriptorProto(name="a/lonely.proto", package="a", dependency=["a/missing.proto"])
    second = FileDescriptorProto(name="a/second.proto", package="a", dependency=["a/lonely.proto"])
    parts = [file.SerializeToString() for file in (lonely, second)]
    files, _ = extract(binary(tmp_path, *parts, b"\0", descriptor_pb2.DESCRIPTOR.serialized_pb))
    assert list(files) == ["google/protobuf/descriptor.proto"]


def test_a_program_without_descriptors_is_refused(tmp_path):
    with pytest.raises(LateenError, match="no protobuf descriptors"):
        extract(binary(tmp_path, b"nothing here.proto"))


def test_the_installed_envoy_carries_all_its_api():
    files, messages = extract(envoy_binary())
    assert len(files) > 550
    assert "envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager" in messages
    assert "envoy.extensions.transport_sockets.tls.cert_selectors.on_demand_secret.v3.Config" in messages
