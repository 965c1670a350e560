"""Values of patches, read as Envoy's messages."""

import pytest

from lateen.envoy.patches.value import value_faults, value_of


def test_fields_are_named_either_way() -> None:
    one = value_of("CLUSTER", b'{"name": "a", "connect_timeout": "3s"}')
    other = value_of("CLUSTER", b'{"name": "a", "connectTimeout": "3s"}')
    assert one == other and one.connect_timeout.seconds == 3


def test_each_reader_gets_a_message_of_its_own() -> None:
    value_of("CLUSTER", b'{"name": "a"}').name = "b"
    assert value_of("CLUSTER", b'{"name": "a"}').name == "a"


def test_what_is_typed_by_a_struct_stays_so() -> None:
    value = (
        b'{"name": "f", "typed_config": {"@type": "type.googleapis.com/udpa.type.v1.TypedStruct",'
        b' "type_url": "type.googleapis.com/x.Y", "value": {"a": 1}}}'
    )
    assert value_of("HTTP_FILTER", value).typed_config.type_url.endswith("udpa.type.v1.TypedStruct")


@pytest.mark.parametrize(
    "value",
    [
        {"name": 3},
        {"connect_timeout": "soon"},
        {"lb_policy": "BEST"},
        {"transport_socket": {"name": "a", "typed_config": {"@type": "type.googleapis.com/none.Such"}}},
    ],
)
def test_what_is_no_message_is_a_fault(value) -> None:  # type: ignore[no-untyped-def]
    [fault] = value_faults("CLUSTER", value)
    assert fault.severity == "error" and "CLUSTER" in fault.message


def test_a_field_that_envoy_does_not_have_is_a_warning_and_left_out() -> None:
    [fault] = value_faults("CLUSTER", {"name": "a", "colour": "blue"})
    assert (fault.severity, fault.path) == ("warning", "colour")
    assert value_of("CLUSTER", b'{"name": "a", "colour": "blue"}').name == "a"


def test_a_sound_value_has_no_fault() -> None:
    assert not list(value_faults("LISTENER", {"name": "a", "per_connection_buffer_limit_bytes": 1000}))
