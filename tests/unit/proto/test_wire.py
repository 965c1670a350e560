from google.protobuf import any_pb2, wrappers_pb2
from google.protobuf.descriptor_pb2 import FileDescriptorProto
from hypothesis import given
from hypothesis import strategies as st

from lateen.proto import wire


@given(st.integers(min_value=0, max_value=2**64 - 1))
def test_varint_and_number_equal_protobufs_encoding(n):
    assert wire.number(1, n) == wrappers_pb2.UInt64Value(value=n).SerializeToString()
    assert n == 0 or wire.tag(1, wire.VARINT) + wire.varint(n) == wire.number(1, n)


@given(st.text())
def test_string_equals_protobufs_encoding(text):
    assert wire.string(1, text) == wrappers_pb2.StringValue(value=text).SerializeToString()


@given(st.binary())
def test_any_equals_protobufs_encoding(value):
    url = "type.googleapis.com/x.Y"
    assert wire.any_of(url, value) == any_pb2.Any(type_url=url, value=value).SerializeToString()


@given(st.lists(st.text(min_size=1)))
def test_joined_fields_are_a_message_with_a_repeated_field(names):
    encoded = wire.join([wire.string(1, "f"), *(wire.string(3, name) for name in names)])
    assert list(FileDescriptorProto.FromString(encoded).dependency) == names


def test_field_numbers_above_fifteen_take_two_bytes():
    assert wire.field(16, b"x") == b"\x82\x01\x01x"
